#!/bin/sh
# What can be said about images without building one: versions agree, each file that a build copies
# is let in, Compose reads its file, the linters are content. Tools that are not here are left out.
set -eu
failed=0
fail() {
    echo "FAIL: $*"
    failed=1
}

for file in docker/Dockerfile.cpu docker/Dockerfile.gpu; do
    [ "$(sed -n 's/^ARG VERSION=//p' "$file")" = "$(cat VERSION)" ] || fail "VERSION of $file"
    sed -n '/--from=/d; s/^COPY \(.*\) [^ ]*$/\1/p' "$file" | tr ' ' '\n' | sort -u | while read -r path; do
        [ -e "$path" ] || echo "$file copies $path, which is not there"
        top=${path%%/*}
        grep -qx -e "!/$top" -e "!/$path" .dockerignore || echo ".dockerignore keeps $path out, which $file copies"
    done
done >.images.$$
cat .images.$$
[ ! -s .images.$$ ] || failed=1
rm -f .images.$$

grep -q '^version:' docker-compose.yml && fail 'docker-compose.yml has a version: key'
if docker compose version >/dev/null 2>&1; then
    for profile in cpu gpu; do
        [ "$(docker compose --profile $profile config --services)" = facecraft-$profile ] ||
            fail "profile $profile"
    done
    [ -z "$(docker compose config --services)" ] || fail 'plain "up" would start something'
    docker compose --profile gpu config | grep -q 'capabilities:' || fail 'no GPU for the GPU'
else
    echo 'docker compose is not here; its file was not read'
fi

if command -v hadolint >/dev/null; then
    hadolint --config docker/hadolint.yaml docker/Dockerfile.cpu docker/Dockerfile.gpu || failed=1
fi
if command -v actionlint >/dev/null; then
    actionlint .github/workflows/*.yml || failed=1
fi
if command -v shellcheck >/dev/null; then
    shellcheck -x dev .ci/run scripts/*.sh docker/engine docker/image docker/install-* docker/build-* \
        docker/own-checksums docker/image-tests docker/publish docker/reproducible docker/sizes || failed=1
fi
exit $failed
