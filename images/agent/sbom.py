#!/usr/bin/python3 -IBS
"""
Writes an image's bill of materials as SPDX 2.3 JSON, while it is built: Debian's packages as dpkg knows them, packages
of npm and others as they are named, and our own files with their sums. The same image gives the same text.

    sbom.py --name sandbox [--npm FOLDER]… [--package NAME=VERSION]… [--files FOLDER]… > /opt/berth/sbom.spdx.json
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

Item = dict[str, object]
NAMESPACE = "https://berth.dev/spdx"
ROOT = "SPDXRef-Image"


def debian_packages(table: str) -> list[Item]:
    """Packages of a table of `dpkg-query`: name, version, architecture and maintainer, parted by tabs."""
    rows = [line.split("\t") for line in sorted(table.splitlines()) if line]
    return [
        package(name, version, f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}", maintainer)
        for name, version, architecture, maintainer in rows
    ]


def npm_packages(folder: Path) -> list[Item]:
    """Packages whose `package.json` lies in a folder, whatever depth."""
    found: dict[str, Item] = {}
    for file in sorted(folder.rglob("package.json")):
        manifest = json.loads(file.read_text(errors="replace"))
        name, version = manifest.get("name"), manifest.get("version")
        if isinstance(name, str) and isinstance(version, str):
            found[f"{name}@{version}"] = package(name, version, f"pkg:npm/{quote(name)}@{quote(version)}")
    return [found[key] for key in sorted(found)]


def named_package(text: str) -> Item:
    """A package that no list knows, as `NAME=VERSION`."""
    name, separator, version = text.partition("=")
    if not (name and separator and version):
        raise SystemExit(f"--package: found {text!r}. Write NAME=VERSION.")
    return package(name, version, f"pkg:generic/{quote(name)}@{quote(version)}")


def package(name: str, version: str, purl: str, supplier: str | None = None) -> Item:
    """One package. What nobody looked at is `NOASSERTION`, as SPDX wants it."""
    return {
        "SPDXID": f"SPDXRef-Package-{digest(purl.encode())[:16]}",
        "name": name,
        "versionInfo": version,
        "supplier": "NOASSERTION" if supplier is None else f"Organization: {supplier}",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl},
        ],
    }


def own_files(folder: Path) -> list[Item]:
    """Every file of a folder with its sums; SPDX asks for SHA-1 beside the one that is to be trusted."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [file_entry(path, path.read_bytes()) for path in found]


def file_entry(path: Path, content: bytes) -> Item:
    """One file."""
    return {
        "SPDXID": f"SPDXRef-File-{digest(str(path).encode())[:16]}",
        "fileName": str(path),
        "checksums": [
            {"algorithm": "SHA1", "checksumValue": hashlib.sha1(content, usedforsecurity=False).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": digest(content)},
        ],
        "licenseConcluded": "NOASSERTION",
        "copyrightText": "NOASSERTION",
    }


def document(name: str, packages: Iterable[Item], files: Iterable[Item], created: datetime) -> Item:
    """The whole document. Its namespace is of its content, so that two images never share one."""
    image = {**package(name, "0", f"pkg:oci/{quote(name)}"), "SPDXID": ROOT, "externalRefs": []}
    del image["versionInfo"]
    contents = {"packages": [image, *packages], "files": list(files)}
    ids = [item["SPDXID"] for item in [*contents["packages"][1:], *contents["files"]]]
    content = json.dumps(contents, sort_keys=True).encode()
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"berth-{name}",
        "documentNamespace": f"{NAMESPACE}/{name}-{digest(content)[:32]}",
        "creationInfo": {
            "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: berth-sbom"],
        },
        **contents,
        "relationships": [
            relationship("SPDXRef-DOCUMENT", "DESCRIBES", ROOT),
            *(relationship(ROOT, "CONTAINS", str(other)) for other in ids),
        ],
    }


def relationship(one: str, kind: str, other: str) -> Item:
    """How two things of the document belong together."""
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Reads what is asked for and prints the document."""
    parser = argparse.ArgumentParser(description="A bill of materials of this image, as SPDX 2.3 JSON.")
    parser.add_argument("--name", required=True, help="name of the image")
    parser.add_argument(
        "--npm", action="append", default=[], type=Path, metavar="FOLDER", help="folder with npm packages"
    )
    parser.add_argument("--package", action="append", default=[], metavar="NAME=VERSION", help="a package of no list")
    parser.add_argument("--files", action="append", default=[], type=Path, metavar="FOLDER", help="folder of own files")
    asked = parser.parse_args()
    form = "${Package}\t${Version}\t${Architecture}\t${Maintainer}\n"
    table = subprocess.run(["dpkg-query", "--show", "-f", form], check=True, capture_output=True, text=True).stdout
    packages = [
        *debian_packages(table),
        *(item for folder in asked.npm for item in npm_packages(folder)),
        *(named_package(text) for text in asked.package),
    ]
    files = [item for folder in asked.files for item in own_files(folder)]
    # Fixed unless the build says another: a time would make each build another image.
    created = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), UTC)
    json.dump(document(asked.name, packages, files, created), sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
