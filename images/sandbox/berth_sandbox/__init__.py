"""The code runner: sandboxes of one workspace, and programs that run in them within limits."""
