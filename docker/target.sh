# shellcheck shell=sh
# Sourced by the scripts next to it: for which processor is built, and how when it is another one
# than the building machine's. BUILDARCH and TARGETARCH are Docker's words (amd64, arm64), the same
# as Debian's.
#
#   foreign  empty, or the target's processor when it is not the machine's own
#   triplet  the target's, as in gcc's name: x86_64-linux-gnu
case ${TARGETARCH:?is the processor to build for: amd64 or arm64} in
amd64) machine=x86_64 ;;
arm64) machine=aarch64 ;;
*)
    echo "docker: no Facecraft for $TARGETARCH: amd64 or arm64" >&2
    exit 2
    ;;
esac
# shellcheck disable=SC2034 # for those that source this
triplet=$machine-linux-gnu
foreign=
[ "$TARGETARCH" = "${BUILDARCH:?}" ] || foreign=$TARGETARCH

# install PROGRAM... -- LIBRARY...: Debian packages, the libraries for the target.
install() {
    wanted=
    suffix=
    for package; do
        case $package in
        --) suffix=${foreign:+:$foreign} ;;
        *) wanted="$wanted $package$suffix" ;;
        esac
    done
    [ -z "$foreign" ] || dpkg --add-architecture "$foreign"
    apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends \
        -o Dpkg::Use-Pty=0 $wanted >/dev/null
}

compilers() {
    echo gcc g++ libc6-dev
    [ -z "$foreign" ] || echo "gcc-$triplet g++-$triplet libc6-dev-$foreign-cross"
}
