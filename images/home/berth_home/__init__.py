"""The home's two services: a shell in the browser, and a gateway for programs."""
