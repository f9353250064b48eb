#!/usr/bin/env bash
# Runs an image as a stranger would and checks what it promises. Says PASS, or what failed.
#
#   scripts/smoke-test.sh [IMAGE]       default: djok/facecraft:cpu; pulled when it is not here
#
# Needs docker, curl and a POSIX system. Variables:
#   PHOTO         a photo of one face (default: the one of this repository)
#   PLATFORM      for example linux/arm64, of an image of several platforms
#   MEGABYTES_MAX largest size of the image (default: no limit)
#   SECONDS_MAX   time for the container to become ready (default: 60)
set -euo pipefail

image=${1:-djok/facecraft:cpu}
here=$(cd "$(dirname -- "$0")/.." && pwd)
photo=${PHOTO:-$here/tests/data/official_portrait.jpg}
seconds_max=${SECONDS_MAX:-60}
answer_seconds=120
platform=()
[ -z "${PLATFORM:-}" ] || platform=(--platform "$PLATFORM")
# As locked up as a container can be; nothing may need more than this.
locked=(--read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 1024)

work=$(mktemp -d)
name=facecraft-smoke-$$
failed=0
checks=0
clean_up() {
    docker rm --force --volumes "$name" "$name-offline" >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap clean_up EXIT

# check WHAT COMMAND...: one line for each promise; what the command printed only when it fails.
check() {
    local what=$1
    shift
    checks=$((checks + 1))
    if "$@" >"$work/said" 2>&1; then
        printf 'ok    %s\n' "$what"
    else
        printf 'FAIL  %s\n' "$what"
        tail -c 1000 "$work/said" | sed 's/^/      | /'
        failed=$((failed + 1))
    fi
}

# ---- small questions ---------------------------------------------------------------------

once() { docker run --rm "${platform[@]}" "${locked[@]}" "$@"; }
inside() { docker exec "$name" "$@"; }
label() { docker inspect --format "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$image"; }
state() { docker inspect --format '{{.State.Health.Status}}' "$1"; }
says() { [ "$(inside "${@:2}")" = "$1" ] || { echo "got: $(inside "${@:2}" 2>&1)"; return 1; }; }
refuses() { ! "$@"; }
code_of() { curl -sS -o "$work/answer" -w '%{http_code}' --max-time "$answer_seconds" "$@"; }
answers() { # CODE CURL-ARGUMENT...
    local code
    code=$(code_of "${@:2}") || return 1
    [ "$code" = "$1" ] || { echo "HTTP $code, not $1"; cut -c 1-500 "$work/answer"; return 1; }
}
kind_of() { # FILE
    case $(od -An -tx1 -N4 "$1" | tr -d ' \n') in
    89504e47) echo png ;;
    ffd8ff*) echo jpg ;;
    504b0304) echo zip ;;
    *) echo unknown ;;
    esac
}
# The text behind "KEY":" in the last answer, which is one line of JSON.
field() { grep -o "\"$1\":\"[^\"]*\"" "$work/answer" | head -n 1 | cut -d '"' -f 4; }

# ---- promises ----------------------------------------------------------------------------

has_labels() {
    local key value
    for key in title description vendor licenses source version revision created; do
        value=$(label "$key")
        case $value in
        '' | '<no value>')
            echo "no label $key"
            return 1
            ;;
        esac
    done
}

fits() {
    local bytes
    bytes=$(docker inspect --format '{{.Size}}' "$image")
    echo "$bytes bytes"
    [ "$bytes" -le "$((MEGABYTES_MAX * 1000000))" ]
}

has_no_cuda() {
    once "$image" facecraft version --json | grep -q '"cuda": *null' || { echo 'cuda is not null'; return 1; }
    [ -z "$(once "$image" find / -xdev -name 'libcu*.so*' -not -name 'libcurl*')" ]
}

# One line for each model that the image could have.
models() { once "$image" facecraft models --json | sed 's/},{"name"/},\n{"name"/g'; }

is_free_for_commercial_use() {
    models >"$work/models" || return 1
    ! grep '"commercial_use":false' "$work/models" | grep '"found":true'
}

has_all_models() {
    models >"$work/models" || return 1
    ! grep '"found":false' "$work/models"
}

# Debian's packages bring the texts of their licences, /app/licences has those of the rest.
# shellcheck disable=SC2016,SC2086 # the container's shell expands it; a list of words
has_licences() {
    local texts='onnxruntime onnxruntime-notices'
    case $(label title) in *GPU*) texts="$texts cuda cudnn" ;; esac
    once "$image" sh -c 'cd /usr/share/doc
        for package in $(dpkg-query -W -f "\${Package} "); do
            [ -s "$package/copyright" ] || { echo "no licence of $package"; exit 1; }
        done
        cd /app
        set -- LICENSE THIRD_PARTY.md $(printf "licences/%s.txt " "$@")
        [ ! -d models/codeformer ] || set -- "$@" models/codeformer/LICENSE
        for text; do
            [ -s "$text" ] || { echo "no $text"; exit 1; }
        done' sh $texts
}

# Where nothing may be forbidden to a process, as under emulation, the reason has to be told.
tells_how_photos_are_decoded() {
    answers 200 "$url/status" || return 1
    grep -Eo '"sandbox":\{[^}]*\}' "$work/answer"
    if [ -z "$emulated" ]; then
        grep -q '"sandbox":{"mode":"auto","active":true' "$work/answer"
    else
        grep -q '"sandbox":{"mode":"auto","active":[a-z]*,"reason":"[^"]' "$work/answer"
    fi
}

# The container has no GPU, whatever the host has.
tells_that_the_gpu_is_missing() {
    answers 200 "$url/status" || return 1
    grep -o '"name":"cuda"[^}]*' "$work/answer"
    grep -q '"name":"cuda","used":false,[^}]*no NVIDIA driver' "$work/answer"
}

refuses_to_start_without_the_gpu() {
    ! once --env FACECRAFT_DEVICE=cuda "$image" >"$work/refusal" 2>&1 || return 1
    cat "$work/refusal"
    grep -q '^facecraft: cuda cannot be used: no NVIDIA driver' "$work/refusal"
}

becomes_ready() { # CONTAINER
    local end=$((SECONDS + seconds_max))
    until docker exec "$1" facecraft health >/dev/null 2>&1; do
        if [ "$(docker inspect --format '{{.State.Running}}' "$1")" != true ] || [ $SECONDS -ge $end ]; then
            docker logs "$1"
            return 1
        fi
        sleep 0.1
    done
}

becomes_healthy() {
    local end=$((SECONDS + 40))
    until [ "$(state "$name")" = healthy ]; do
        [ $SECONDS -lt $end ] || { state "$name"; return 1; }
        sleep 0.2
    done
}

makes_a_portrait() {
    answers 200 -F "file=@$photo" -F width=600 -F height=800 "$url/api/v1/process" || return 1
    grep -q '"success":true' "$work/answer" || { cut -c 1-500 "$work/answer"; return 1; }
    local png jpg
    png=$(field png_url)
    jpg=$(field jpg_url)
    answers 200 "$url$png" && [ "$(kind_of "$work/answer")" = png ] &&
        answers 200 "$url$jpg" && [ "$(kind_of "$work/answer")" = jpg ]
}

makes_a_quick_portrait() {
    answers 200 -F "file=@$photo" "$url/api/v1/process/quick" && [ "$(kind_of "$work/answer")" = png ]
}

makes_a_batch() {
    answers 200 -F "files=@$photo" -F "files=@$photo;filename=second.jpg" -F return_base64=false \
        "$url/api/v1/process/batch" || return 1
    grep -q '"successful":2' "$work/answer" || { cut -c 1-500 "$work/answer"; return 1; }
    answers 200 "$url$(field zip_url)" && [ "$(kind_of "$work/answer")" = zip ]
}

reads_every_type() {
    local file type
    for file in lossy.webp quadrants.avif quadrants.heic quadrants.gif quadrants.bmp lzw.tif rgb16.png cmyk.jpg; do
        type=$here/tests/data/image/$file
        [ -e "$type" ] || continue
        # A picture without a face is an answer, too; one that cannot be read is a 400.
        answers 200 -F "file=@$type" "$url/api/v1/process" || { echo "$file"; return 1; }
    done
}

has_no_privileges() {
    inside sh -c 'grep -q "^CapEff:.*0000000000000000$" /proc/1/status && grep -q "^NoNewPrivs:.*1$" /proc/1/status' &&
        refuses inside sh -c 'echo x >/app/x' && refuses inside sh -c 'echo x >/etc/x'
}

# shellcheck disable=SC2016 # the container's shell expands it
writes_its_folders() {
    inside sh -c 'for folder in uploads processed logs; do
        [ "$(stat -c %U /app/$folder)" = appuser ] && echo x >/app/$folder/x && rm /app/$folder/x || exit 1
    done'
}

keeps_no_zombies() {
    inside sh -c '(sleep 0.1 &) ; exec true'
    sleep 0.5
    ! inside sh -c 'cat /proc/[0-9]*/stat' | grep ' Z '
}

stops_cleanly() {
    docker stop --time 20 "$name" >/dev/null
    [ "$(docker inspect --format '{{.State.ExitCode}}' "$name")" = 0 ] || { docker logs --tail 5 "$name"; return 1; }
}

works_offline() {
    docker run --detach "${platform[@]}" "${locked[@]}" --network none --name "$name-offline" "$image" || return 1
    becomes_ready "$name-offline" || return 1
    docker exec --interactive "$name-offline" facecraft process - <"$photo" >"$work/offline.png" &&
        [ "$(kind_of "$work/offline.png")" = png ]
}

# ---- the run -----------------------------------------------------------------------------

docker version >/dev/null 2>&1 || { echo "smoke test: docker does not answer; see docs/containers.md"; exit 2; }
docker image inspect "$image" >/dev/null 2>&1 || docker pull --quiet "${platform[@]}" "$image"
# Under emulation ONNX Runtime stumbles over the processors of the host; hidden, it does without.
emulated=
case $(docker inspect --format '{{.Architecture}}' "$image")-$(uname -m) in
amd64-x86_64 | arm64-aarch64) ;;
*)
    emulated=yes
    locked+=(--tmpfs /sys/devices/system/cpu --env FACECRAFT_REQUEST_DEADLINE_S=1200)
    answer_seconds=1200
    seconds_max=$((seconds_max * 10))
    echo 'emulated: times say nothing, and limits of time are ten times as long'
    ;;
esac
printf 'image %s, %s MB\n' "$image" "$((($(docker inspect --format '{{.Size}}' "$image") + 500000) / 1000000))"

check 'labels are complete' has_labels
[ -z "${MEGABYTES_MAX:-}" ] || check "not larger than $MEGABYTES_MAX MB" fits
case $(label title) in
*GPU*) ;;
*) check 'carries no CUDA' has_no_cuda ;;
esac
check 'has the licence of all that is in it' has_licences
case $image in
*-full | *-full-*) check 'has all models' has_all_models ;;
*) check 'its models are free for commercial use' is_free_for_commercial_use ;;
esac

started=$(date +%s%N)
docker run --detach "${platform[@]}" "${locked[@]}" --publish 127.0.0.1::8000 --name "$name" "$image" >/dev/null
check 'becomes ready' becomes_ready "$name"
printf 'start to ready: %d ms\n' $((($(date +%s%N) - started) / 1000000))
url=http://$(docker port "$name" 8000/tcp | head -n 1)
check '/health answers' answers 200 "$url/health"
check '/ready answers' answers 200 "$url/ready"
check 'tells how photos are decoded' tells_how_photos_are_decoded
case $(label title) in
*GPU*)
    check 'tells that there is no GPU' tells_that_the_gpu_is_missing
    check 'does not start where a GPU is asked for' refuses_to_start_without_the_gpu
    ;;
esac
check 'a portrait is made and downloaded' makes_a_portrait
check 'a quick portrait is made' makes_a_quick_portrait
check 'a batch is made and its ZIP downloaded' makes_a_batch
check 'every picture type is read' reads_every_type
check 'what is no picture is refused' answers 400 -F "file=@$0" "$url/api/v1/process"
check 'runs as appuser' says appuser whoami
check 'user id is 1000' says 1000 id -u
check 'has no privileges and cannot write its root' has_no_privileges
check 'writes its three folders' writes_its_folders
check 'has no curl' refuses inside sh -c 'command -v curl'
check 'keeps no zombies' keeps_no_zombies
check 'Docker calls it healthy' becomes_healthy
check 'works without any network' works_offline
check 'stops with exit code 0' stops_cleanly

if [ $failed -gt 0 ]; then
    printf 'FAIL: %d of %d checks of %s\n' $failed $checks "$image"
    exit 1
fi
printf 'PASS: %d checks of %s\n' $checks "$image"
