#!/bin/sh
# Leaves out of code-server what no workspace uses: two thirds of it.
set -eu
cd "$1"
vscode=lib/vscode
case $(uname -m) in x86_64) here=linux-x64 ;; aarch64) here=linux-arm64 ;; esac

# An assistant that needs an account elsewhere, and what only it uses; diagrams in its answers; containers within the
# container; other systems.
rm -rf "$vscode"/extensions/copilot "$vscode"/extensions/mermaid-markdown-features "$vscode"/node_modules/@github "$vscode"/node_modules/@microsoft/mxc-sdk \
  "$vscode"/node_modules/@vscode/sandbox-runtime "$vscode"/node_modules/@devcontainers "$vscode"/out/vs/sessions \
  "$vscode"/node_modules/@vscode/windows-process-tree "$vscode"/node_modules/@vscode/windows-registry
find "$vscode"/node_modules/@vscode/ripgrep-universal/bin "$vscode"/node_modules/node-pty/prebuilds \
  -mindepth 1 -maxdepth 1 ! -name "$here" -exec rm -rf {} +
rm -rf "$vscode"/node_modules/node-pty/third_party "$vscode"/node_modules/node-pty/src

# What native modules are built of, and what only their authors read.
find . -depth -type d \( -name obj.target -o -name .deps -o -name deps -o -name test -o -name tests \) \
  -path '*/node_modules/*' -exec rm -rf {} +
find . -type f \( -name '*.map' -o -name '*.o' -o -name '*.a' -o -name '*.c' -o -name '*.cc' -o -name '*.cpp' \
  -o -name '*.gyp*' -o -name '*.mk' -o -name 'nls.metadata.json' \) -path '*/node_modules/*' -delete
find . -type f -name '*.map' -delete
