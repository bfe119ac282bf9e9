#!/bin/sh
# Holds the token verifier against libraries and issuers that know nothing of it.
# Usage: checks/tokens/run.sh [NUMBER OF MUTATED TOKENS, default 1000] [OPTIONS FOR THE ISSUERS, such as --gateway URL]
# Needs Python 3.11, Node 20 and cargo; installs the pinned packages below .tools/ and node_modules/ when they are missing.
set -eu
cd "$(dirname "$0")"
repository=$(git rev-parse --show-toplevel)
count=${1:-1000}
[ $# -eq 0 ] || shift

environment=$repository/.tools/token-checks
if ! cmp -s requirements.txt "$environment/installed"; then
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet --requirement requirements.txt
    cp requirements.txt "$environment/installed"
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
    npm ci --silent
    cp package-lock.json node_modules/.installed-lock
fi
if [ -z "${VERIFY_TOKENS:-}" ]; then
    (cd "$repository" && cargo build --quiet --example verify_tokens)
fi

python=$environment/bin/python
"$python" minted_by_libraries.py
"$python" differential.py "$count"
"$python" issuer_moto_cognito.py "$@"
"$python" issuer_oidc_provider.py "$@"
