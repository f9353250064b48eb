#!/bin/sh
# tools/fetch against a lock file, a pip and an apt-get made here: no network is touched.
set -eu
fetch=$(pwd)/tools/fetch
scene=$(mktemp -d)
trap 'rm -rf "$scene"' EXIT
mkdir "$scene/bin" "$scene/net"
export NET="$scene/net"
export PATH="$scene/bin:$PATH"

# The fake network: a wheel, which is a zip file, and a Debian package.
cat >"$scene/bin/pip3" <<'END'
#!/bin/sh
[ "$1" != --version ] || exit 0
echo "pip $*" >>"$NET/calls"
[ -e "$NET/wheel.whl" ] || { echo "ERROR: no connection" >&2; exit 1; }
while [ "$1" != --dest ]; do shift; done
if [ -e "$NET/stall" ]; then # a download that has begun and does not end
    echo half >"$TMPDIR/half"
    exec sleep 60
fi
cp "$NET/wheel.whl" "$2/wheel-1-py3-none-any.whl"
END
cat >"$scene/bin/apt-get" <<'END'
#!/bin/sh
echo "apt-get $*" >>"$NET/calls"
case "$*" in
*update) touch "$NET/lists" ;;
*) [ -e "$NET/lists" ] && cp "$NET/package.deb" . || { echo "E: no lists" >&2; exit 100; } ;;
esac
END
cat >"$scene/bin/curl" <<'END'
#!/bin/sh
echo "curl $*" >>"$NET/calls"
[ -e "$NET/release" ] || { echo "curl: (6) no connection" >&2; exit 6; }
while [ "$1" != --output ]; do shift; done
cp "$NET/release" "$2"
END
chmod +x "$scene"/bin/*
python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("box/thing.bin", "a thing\n")' "$NET/wheel.whl"
mkdir -p "$scene/deb/DEBIAN" "$scene/deb/usr/share/box"
printf 'Package: box\nVersion: 1\nArchitecture: all\nMaintainer: none <none@example>\n%s\n' \
    'Description: a box' >"$scene/deb/DEBIAN/control"
echo 'a Debian thing' >"$scene/deb/usr/share/box/thing.dat"
dpkg-deb --root-owner-group --build "$scene/deb" "$NET/package.deb" >/dev/null

hash_of() { printf '%s' "$1" | sha256sum | cut -d ' ' -f 1; }
thing_hash=$(hash_of 'a thing
')
dat_hash=$(hash_of 'a Debian thing
')
write_lock() { # SHA256 ARCH
    cat >"$scene/lock" <<END
# a comment
name: thing.bin
arch: $2
kind: pip-wheel
package: box
version: 1
wheel: 3.11 manylinux_2_28_x86_64
inside: box/thing.bin
target: deps/lib/thing.bin.1
link: deps/lib/thing.bin
download: 200
bytes: 8
sha256: $1
licence: MIT
purpose: a thing

name: thing.dat
arch: any
kind: debian
package: box
version: *
inside: usr/share/box/thing.dat
target: models/thing.dat
bytes: 15
sha256: $dat_hash
licence: MIT
purpose: another thing

END
}

# Each test runs fetch and keeps what it said and how it ended.
run() {
    : >"$NET/calls"
    status=0
    "$fetch" --lock "$scene/lock" --root "$scene/root" "$@" >"$scene/out" 2>"$scene/err" ||
        status=$?
}
passed=0
check() { # WHAT CONDITION...
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $what ($*); status $status, said:"
        cat "$scene/out" "$scene/err"
        exit 1
    fi
}
says() { grep -Fq -- "$1" "$scene/err"; }
one_line() { [ "$(wc -l <"$scene/err")" -eq 1 ]; }
silent() { [ ! -s "$scene/err" ]; }
calls() { [ "$(wc -l <"$NET/calls")" -eq "$1" ]; }
holds() { [ "$(cat "$scene/root/$1")" = "$2" ]; }
no_file() { [ -z "$(find "$scene/root" -name "*$1*" ! -path '*/.fetch/*' 2>/dev/null)" ]; }
fresh() { rm -rf "$scene/root" "$NET/lists"; }

fresh
write_lock "$thing_hash" "$(uname -m)"
run
check 'all files come' [ "$status" -eq 0 ]
check 'the wheel gave its file' holds deps/lib/thing.bin.1 'a thing'
check 'the linker finds it' holds deps/lib/thing.bin 'a thing'
check 'empty package lists are refreshed' grep -q update "$NET/calls"
check 'the package gave its file' holds models/thing.dat 'a Debian thing'
check 'no package is left behind' no_file .whl
check 'not a word on stderr' silent
check 'the host Python does not matter' grep -q -- '--python-version 3.11' "$NET/calls"

run
check 'a second run is content' [ "$status" -eq 0 ]
check 'and asks no one' calls 0

rm "$NET/wheel.whl"
run
check 'offline is fine when all is there' [ "$status" -eq 0 ]
rm "$scene/root/deps/lib/thing.bin.1"
run
check 'offline and missing is an error' [ "$status" -eq 1 ]
check 'that names file and package' says 'thing.bin: pip could not get box 1: ERROR: no connection'
check 'in one line' one_line

fresh
python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("box/thing.bin", "another thing\n")' "$NET/wheel.whl"
run
check 'a wrong hash is an error' [ "$status" -eq 1 ]
check 'that names the file' says "thing.bin: SHA-256 is $(hash_of 'another thing
')"
check 'and what was expected' says "supply.lock expects $thing_hash"
check 'in one line' one_line
check 'nothing is put in place' no_file thing.bin

python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("box/thing.bin", "a thing\n")' "$NET/wheel.whl"
run
check 'the next run fetches it anew' [ "$status" -eq 0 ]

echo 'a tampered thing' >"$scene/root/models/thing.dat"
run --verify
check 'verify sees a changed file' [ "$status" -eq 1 ]
check 'and names it' says 'models/thing.dat differs from supply.lock'
check 'and fetches nothing' calls 0
run
check 'a changed file is replaced' holds models/thing.dat 'a Debian thing'

fresh
touch "$NET/stall" "$NET/lists"
: >"$NET/calls"
"$fetch" --lock "$scene/lock" --root "$scene/root" >/dev/null 2>&1 &
stalled=$!
while ! grep -q pip "$NET/calls"; do sleep 0.05; done
kill -TERM "$stalled"
wait "$stalled" && status=0 || status=$?
check 'an interrupted run ends as such' [ "$status" -eq 143 ]
check 'and leaves no half file' no_file thing.bin
rm "$NET/stall"
run
check 'the next run goes on' [ "$status" -eq 0 ]
check 'and completes the file' holds deps/lib/thing.bin.1 'a thing'

rm "$scene/root/deps/lib/thing.bin.1"
run
check 'only what is missing is fetched' calls 1

fresh
run --arch riscv64
check 'an unknown processor is an error' [ "$status" -eq 1 ]
check 'that names those known' says "no thing.bin for riscv64; supply.lock has it for $(uname -m)"
run --only nothing.bin
check 'an unknown name is an error' says 'supply.lock has no file nothing.bin'
run --only thing.dat
check 'one file alone comes' holds models/thing.dat 'a Debian thing'
check 'without the others' no_file thing.bin
run --colour
check 'an unknown argument is wrong usage' [ "$status" -eq 2 ]

fresh
sed -n '1,/^$/p' "$scene/lock" | sed 's/^name: .*/name: again.bin/; s/^target: .*/target: again.bin/' \
    >"$scene/again"
cat "$scene/again" >>"$scene/lock"
run --only again.bin
check 'a second file of the package comes' holds again.bin 'a thing'
fresh
touch "$NET/lists"
run
check 'two files of one package' holds again.bin 'a thing'
check 'are one download' calls 2

fresh
write_lock "$thing_hash" "$(uname -m)"
cat >>"$scene/lock" <<END

name: extra.bin
arch: any
kind: release
package: owner/box
version: v1
inside: extra.bin
target: models/folder/extra.bin
bytes: 8
sha256: $thing_hash
licence: MIT
purpose: a thing that not everybody wants
with: extra
END
echo 'a thing' >"$NET/release"
touch "$NET/lists"
run
check 'what must be asked for does not come by itself' no_file extra.bin
run --with other
check 'an unknown word is an error' says 'supply.lock has no file with: other'
run --with extra
check 'asked for, it comes' holds models/folder/extra.bin 'a thing'
check 'from the release' grep -q 'owner/box/releases/download/v1/extra.bin' "$NET/calls"
rm "$scene/root/models/folder/extra.bin"
run --with extra --base-url http://mirror.example/models/
check 'a mirror may have it' grep -q ' http://mirror.example/models/extra.bin' "$NET/calls"
rm "$scene/root/models/folder/extra.bin"
rm "$NET/release"
run --only extra.bin
check 'offline it is an error' says 'extra.bin: curl could not get'

fresh
sed -i '/^sha256/d' "$scene/lock"
run
check 'a lock file without hashes is refused' says 'has no sha256'

echo "$passed passed, 0 failed"
