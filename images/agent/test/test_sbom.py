"""The bill of materials."""

import importlib.util
import json
import subprocess
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path

from .support import ROOT

spec = importlib.util.spec_from_file_location("sbom", ROOT / "sbom.py")
assert spec is not None and spec.loader is not None
sbom = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sbom)


class Sbom(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def document(self) -> dict[str, object]:
        packages = sbom.debian_packages("bash\t5.2.15-2+b7\tamd64\tMatthias Klose <doko@debian.org>\n")
        created = datetime.fromtimestamp(0, UTC)
        found: dict[str, object] = sbom.document("home", packages, sbom.own_files(self.folder), created)
        return found

    def test_names_packages_so_that_scanners_know_them(self) -> None:
        (found,) = sbom.debian_packages("bash\t5.2.15-2+b7\tamd64\tMatthias Klose\n")
        self.assertEqual(found["versionInfo"], "5.2.15-2+b7")
        self.assertEqual(found["externalRefs"][0]["referenceLocator"], "pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64")
        self.assertEqual(
            sbom.named_package("node=24.21.0")["externalRefs"][0]["referenceLocator"], "pkg:generic/node@24.21.0"
        )

    def test_finds_packages_of_npm_at_every_depth_once(self) -> None:
        for path in ("@xterm/xterm", "a/node_modules/@xterm/xterm", "broken"):
            (self.folder / path).mkdir(parents=True)
            name = '"x": 1' if path == "broken" else '"name": "@xterm/xterm", "version": "6.0.0"'
            (self.folder / path / "package.json").write_text(f"{{{name}}}")
        (found,) = sbom.npm_packages(self.folder)
        self.assertEqual(found["externalRefs"][0]["referenceLocator"], "pkg:npm/%40xterm/xterm@6.0.0")

    def test_relates_everything_to_the_image_under_ids_of_its_own(self) -> None:
        (self.folder / "a.py").write_text("a")
        (self.folder / "b.py").write_text("b")
        found = self.document()
        ids = [item["SPDXID"] for kind in ("packages", "files") for item in found[kind]]  # type: ignore[attr-defined]
        self.assertEqual(len(ids), len(set(ids)))
        contained = {item["relatedSpdxElement"] for item in found["relationships"]}  # type: ignore[attr-defined]
        self.assertEqual(contained, set(ids))

    def test_is_the_same_for_the_same_and_another_for_another_content(self) -> None:
        (self.folder / "a.py").write_text("a")
        before = self.document()
        self.assertEqual(self.document(), before)
        (self.folder / "a.py").write_text("changed")
        self.assertNotEqual(self.document()["documentNamespace"], before["documentNamespace"])

    def test_leaves_out_what_python_compiled(self) -> None:
        (self.folder / "__pycache__").mkdir()
        (self.folder / "__pycache__" / "a.pyc").write_text("a")
        self.assertEqual(sbom.own_files(self.folder), [])

    def test_of_this_machine_is_whole(self) -> None:
        (self.folder / "a.py").write_text("a")
        command = [str(ROOT / "sbom.py"), "--name", "test", "--files", str(self.folder)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        self.assertEqual(found["spdxVersion"], "SPDX-2.3")
        self.assertIn("dpkg", {item["name"] for item in found["packages"]})
        self.assertEqual([item["fileName"] for item in found["files"]], [str(self.folder / "a.py")])
