"""The desktop's own programs: window controller, app launcher, app manager, screen agent. See README.md."""
