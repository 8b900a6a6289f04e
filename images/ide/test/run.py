"""
All tests, in the image: the agent's, those of what decides, and the whole IDE as a workspace has it.

    docker run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges \
      --tmpfs /tmp:exec --tmpfs /workspace:exec,uid=1000,gid=1000 IMAGE
"""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Runs all of them; its result is the exit code."""
    suite = unittest.TestSuite()
    for root in (Path("/opt/berth/agent"), HERE.parent):
        suite.addTests(unittest.TestLoader().discover(str(root / "test"), top_level_dir=str(root)))
        # Both are packages of this name: the second must not be taken for the first.
        for name in [name for name in sys.modules if name == "test" or name.startswith("test.")]:
            del sys.modules[name]
    sys.path.insert(0, str(HERE))
    suite.addTests(unittest.TestLoader().loadTestsFromName("live"))
    return 0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
