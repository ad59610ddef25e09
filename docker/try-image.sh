#!/usr/bin/env bash
# Tries the image where there is no Docker: carries out the steps of docker/Dockerfile in a small Debian root, and
# runs what comes out as a container would, as user 1000, without capabilities, on a read-only root file system.
#
#   sudo docker/try-image.sh [FOLDER]        FOLDER: where the roots are built; var/image unless given
#   TRY_DATABASE_URL=mysql://… TRY_REDIS_URL=redis://127.0.0.1:6379 sudo -E docker/try-image.sh
#       goes on with a process for each role of compose.yaml, on that (empty) database
#
# The steps are read from the Dockerfile, so the two cannot drift apart. What stands in for node:24-slim is Debian
# bookworm with the Node.js of `npm ci` and the npm of this machine. It needs root, debootstrap and util-linux.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mkdir -p "${1:-$repo/var/image}" && cd "${1:-$repo/var/image}" && pwd)
dockerfile=$repo/docker/Dockerfile
node=$repo/node_modules/node/bin/node
port=${TRY_PORT:-18080}
[ "$(id -u)" = 0 ] || { echo 'this needs root, for chroot and mounts' >&2; exit 2; }

say() { printf '\n== %s\n' "$*"; }
good() { printf '   ok  %s\n' "$*"; }
fail() { printf '   FAILED  %s\n' "$*" >&2; exit 1; }
from_json() { "$node" -e 'process.stdout.write(JSON.parse(process.argv[1]).map((word) => word + "\0").join(""))' "$1"; }

# ---- What stands in for node:24-slim ----

base=$work/base
if [ ! -e "$base/.ready" ]; then
  say 'A Debian root with Node.js, in place of node:24-slim'
  rm -rf "$base"
  debootstrap --variant=minbase bookworm "$base" >"$work/debootstrap.log" || fail "debootstrap: see $work/debootstrap.log"
  install -m 0755 "$node" "$base/usr/local/bin/node"
  mkdir -p "$base/usr/local/lib/node_modules"
  cp -a "$(npm root --global)/npm" "$base/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/local/bin/npm"
  chroot "$base" groupadd --gid 1000 node
  chroot "$base" useradd --uid 1000 --gid node --shell /bin/bash --create-home node
  touch "$base/.ready"
fi

# ---- The steps of the Dockerfile ----

# The build context: what .dockerignore lets through. It names things one by one, after leaving out everything.
context=$work/context
rm -rf "$context" && mkdir "$context"
grep -q '^\*$' "$repo/.dockerignore" || fail '.dockerignore does not begin with leaving out everything'
while read -r name; do cp -a "$repo/$name" "$context/$name"; done < <(sed -n 's/^!//p' "$repo/.dockerignore")

declare -A root=()
declare -A variables=()
stage='' folder=/ user=0:0 entrypoint='[]' command='[]' healthcheck=''

in_root() { # a build step: as root, with the registry that this machine is set up for
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    npm_config_registry="$(npm config get registry 2>/dev/null)" NODE_EXTRA_CA_CERTS=/etc/ssl/certs/build.crt \
    unshare --mount chroot "${root[$stage]}" sh -c "cd '$folder' && { $1; }"
}

copy() { # COPY [--from=STAGE] [--chown=OWNER] SOURCE… GOAL
  local source_root=$context owner=0:0 words=() goal word
  for word in "$@"; do
    case $word in
      --from=*) source_root=${root[${word#--from=}]} ;;
      --chown=*) owner=${word#--chown=} ;;
      *) words+=("$word") ;;
    esac
  done
  goal=${words[-1]} && unset 'words[-1]'
  [[ $goal = /* ]] || goal=$folder/$goal
  goal=${root[$stage]}$goal
  for word in "${words[@]}"; do
    [ -e "$source_root/$word" ] || fail "COPY: no $word in what .dockerignore lets through"
    if [ -d "$source_root/$word" ]; then mkdir -p "$goal" && cp -a "$source_root/$word/." "$goal"; else cp -a "$source_root/$word" "$goal"; fi
    chown -R "$owner" "$goal"
  done
}

carry_out() {
  local instruction=$1 rest=$2 pair
  case $instruction in
    FROM)
      # FROM node:24-slim [AS name]: each stage begins as a copy of the stand-in.
      [[ $rest =~ ^node:24-slim( AS ([a-z]+))?$ ]] || fail "FROM $rest: no stand-in for that"
      stage=${BASH_REMATCH[2]:-last} folder=/ user=0:0
      root[$stage]=$work/$stage
      rm -rf "${root[$stage]}" && cp -a --reflink=auto "$base" "${root[$stage]}"
      cp /etc/resolv.conf "${root[$stage]}/etc/resolv.conf"
      mkdir -p "${root[$stage]}/etc/ssl/certs"
      cat /etc/ssl/certs/ca-certificates.crt >"${root[$stage]}/etc/ssl/certs/build.crt" 2>/dev/null || true
      ;;
    WORKDIR) folder=$rest && mkdir -p "${root[$stage]}$folder" ;;
    RUN) in_root "$rest" ;;
    # shellcheck disable=SC2086
    COPY) copy $rest ;;
    # shellcheck disable=SC2086
    ENV) for pair in $rest; do variables[${pair%%=*}]=${pair#*=}; done ;;
    USER) user=$rest ;;
    ENTRYPOINT) entrypoint=$rest ;;
    CMD) command=$rest ;;
    HEALTHCHECK) healthcheck=${rest#*CMD } ;;
    LABEL | EXPOSE | STOPSIGNAL) ;;
    *) fail "the Dockerfile has $instruction, which this script does not know" ;;
  esac
}

line=''
while IFS= read -r part || [ -n "$part" ]; do
  [[ -z $line && ($part = \#* || -z $part) ]] && continue
  if [[ $part = *\\ ]]; then line+="${part%\\} " && continue; fi
  line+=$part
  say "$(tr -s ' ' <<<"$line" | cut -c1-110)"
  carry_out "${line%% *}" "$(tr -s ' ' <<<"${line#* }")"
  line=''
done <"$dockerfile"
image=${root[last]}
good "$(du -sh --apparent-size "$image/app" | cut -f1) in /app"

# ---- Running it ----

# contain VOLUMES VARIABLES WORD…: WORD… as the image's user. VOLUMES: lines "host:inside" or "host:inside:ro".
contain() {
  local volumes=$1 extra=$2 settings=() name
  shift 2
  for name in "${!variables[@]}"; do settings+=("$name=${variables[$name]}"); done
  while read -r name; do [ -z "$name" ] || settings+=("$name"); done <<<"$extra"
  # shellcheck disable=SC2016
  exec unshare --mount --pid --fork --propagation private bash -euc '
    image=$1 volumes=$2 folder=$3 user=$4; shift 4
    mount --bind "$image" "$image" && mount -o remount,bind,ro "$image"
    mount -t proc proc "$image/proc" && mount -t tmpfs -o mode=1777,size=64m tmpfs "$image/tmp"
    while IFS=: read -r host inside mode; do
      [ -z "$host" ] && continue
      mount --bind "$host" "$image$inside"
      if [ "${mode:-rw}" = ro ]; then mount -o remount,bind,ro "$image$inside"; fi
    done <<<"$volumes"
    exec chroot "$image" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --no-new-privs \
      --bounding-set=-all --inh-caps=-all -- env -i --chdir="$folder" \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/node "$@"
  ' contain "$image" "$volumes" "$folder" "$user" "${settings[@]}" "$@"
}

mapfile -d '' program < <(from_json "$entrypoint")
mapfile -d '' default_words < <(from_json "$command")
mapfile -d '' health_words < <(from_json "$healthcheck")
todoke() { (contain "$1" "$2" "${program[@]}" "${@:3}"); }
healthy() { (contain '' "$1" "${health_words[@]}"); }

started=()
begin() { # begin NAME VOLUMES VARIABLES: the image's command in the background; its log is NAME.log
  contain "$2" "$3" "${program[@]}" "${default_words[@]}" >"$work/$1.log" 2>&1 &
  started+=("$!:$1")
}
# The process inside: process 1 of its own namespace, a child of `unshare`.
inner() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
end() { # end NAME: SIGTERM to the process itself, and its exit code must be 0
  local entry pid
  for entry in "${started[@]}"; do
    if [ "${entry#*:}" = "$1" ]; then pid=${entry%%:*}; fi
  done
  # shellcheck disable=SC2046
  kill -TERM $(inner "$pid")
  wait "$pid" || fail "$1 ended with $? after SIGTERM: see $work/$1.log"
}
kill_all() {
  local entry
  # shellcheck disable=SC2046
  for entry in "${started[@]}"; do kill -KILL $(inner "${entry%%:*}") 2>/dev/null || true; done
}
trap kill_all EXIT
until_healthy() { # until_healthy NAME VARIABLES
  local tries
  for tries in $(seq 60); do
    if healthy "$2"; then good "$1 is healthy"; return; fi
    sleep 0.5
  done
  tail -5 "$work/$1.log" >&2
  fail "$1 did not become healthy"
}
has() { grep -q "$2" "$work/$1.log" || { tail -5 "$work/$1.log" >&2; fail "$1 did not say: $2"; }; }

say 'The root file system is read-only, the user is nobody special'
(contain '' '' sh -c '! touch /app/x 2>/dev/null && ! touch /var/lib/todoke/x 2>/dev/null && touch /tmp/x && [ "$(id -u)" = 1000 ]') ||
  fail 'something is writable that should not be'
(contain '' '' sh -c 'grep -q "^CapBnd:.*0000000000000000" /proc/self/status') || fail 'capabilities are left'
good 'only /tmp can be written to'

say 'todoke demo, with nothing but /tmp to write to'
todoke '' '' demo --out /tmp/demo --port 0 >"$work/demo.log" 2>&1 || { tail -5 "$work/demo.log"; fail 'the demo'; }
has demo 'Every accepted signature is in exactly one place'
good 'every accepted signature is in exactly one place'

say 'todoke serve, on SQLite in a volume'
rm -rf "$work/data" && install -d -o 1000 -g 1000 -m 0750 "$work/data"
data=$work/data:/var/lib/todoke
settings="PORT=$port
OPS_PORT=$((port + 10))
BOUNCE_PORT=$((port + 20))
KEEP_OPEN=yes"
form=(-d 'language=en&consent_send=2020-05-29&consent_hand-over=2020-05-29')
sign() {
  curl -fsS -o /dev/null "http://127.0.0.1:$port/actions/uyghurs-abroad/sign" --data-urlencode "name=Mamoru Jinken $1" \
    --data-urlencode "email=signer$1@mail$1.example" "${form[@]}"
}
if healthy "$settings"; then fail 'healthy, and nothing runs'; fi
begin serve "$data" "$settings"
until_healthy serve "$settings"
sign 1
end serve
has serve 'todoke is ready'
if healthy "$settings"; then fail 'healthy, and nothing runs'; fi
begin again "$data" "$settings"
until_healthy again "$settings"
[ "$(curl -fsS "http://127.0.0.1:$((port + 10))/metrics" | awk '/^todoke_letters\{/ { n += $2 } END { print n }')" = 1 ] ||
  fail 'the letter did not outlive the container'
end again
todoke "$data" "$settings" audit >"$work/audit.log" || fail "the audit: see $work/audit.log"
good 'stopped in order by SIGTERM, started again on the same volume, audit green'

[ -n "${TRY_DATABASE_URL:-}" ] || { say 'All as it should be. TRY_DATABASE_URL is not set: the roles were not tried apart'; exit 0; }

# ---- A process for each role, as in compose.yaml ----

say 'A process for each role, on MariaDB and Redis'
mapfile -t roles < <(sed -n 's/.*ROLES: \([a-z]*\).*/\1/p' "$repo/docker/compose.yaml")
rm -rf "$work/petitions" "$work/dkim"
install -d -o 1000 -g 1000 "$work/petitions" "$work/dkim"
shared="DATABASE_URL=$TRY_DATABASE_URL
REDIS_URL=${TRY_REDIS_URL:?}
REDIS_PREFIX=try-image
SECRETS=1:$(head -c 32 /dev/urandom | base64)
SMTP_URL=smtp://127.0.0.1:$((port + 30))
ORIGIN=http://127.0.0.1:$port
KEEP_OPEN=yes
PACE_PER_HOUR=1000000
PORT=$port
BOUNCE_PORT=$((port + 20))
DKIM_DIR=/var/lib/todoke/petitions/none"
todoke '' "$shared" migrate
# The catch-all: takes every letter and keeps none.
catch="new (require('smtp-server').SMTPServer)({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], onData: (stream, session, done) => stream.resume().on('end', () => done()) }).listen($((port + 30)), '127.0.0.1')"
contain '' '' node -e "$catch" >"$work/catch-all.log" 2>&1 &
started+=("$!:catch-all")
ops() { echo "$((port + 40 + $1))"; }
for n in "${!roles[@]}"; do
  volume=''
  case ${roles[n]} in
    web | petitions) volume=$work/petitions:/var/lib/todoke/petitions ;;
  esac
  begin "${roles[n]}" "$volume" "$shared
ROLES=${roles[n]}
OPS_PORT=$(ops "$n")"
done
for n in "${!roles[@]}"; do until_healthy "${roles[n]}" "OPS_PORT=$(ops "$n")"; done
for n in $(seq 20); do sign "$n"; done
key=$(todoke '' "$shared" key create --source try --scope sign,read,staff | grep -oE '[A-Za-z0-9_-]{30,}' | tail -1)
campaign=http://127.0.0.1:$port/v1/campaigns/uyghurs-abroad
ask() { curl -fsS -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "$@"; }
letters() { ask "$campaign" | grep -o '"letters":.*' | grep -o "\"$1\":[0-9]*" | cut -d: -f2; }
for tries in $(seq 60); do [ "$(letters accepted)" = 20 ] && break; sleep 0.5; done
[ "$(letters accepted)" = 20 ] || fail "of 20 letters $(letters accepted) left: see $work/mailer.log"
good 'signed at web, released by timers, sent by mailer: 20 letters'
ask "$campaign/targets/ambassador-of-china-to-japan/channel" -d '{ "mode": "hand", "reason": "a trial" }' >/dev/null
for n in $(seq 21 30); do sign "$n"; done
for tries in $(seq 60); do [ "$(letters for_hand)" = 10 ] && break; sleep 0.5; done
[ "$(letters for_hand)" = 10 ] || fail "of 10 names $(letters for_hand) wait for paper"
petition=$(ask "$campaign/petitions" -d '{ "target": "ambassador-of-china-to-japan" }' | sed 's/^{"id":"\([^"]*\)".*/\1/')
ask --retry 30 --retry-delay 1 -o "$work/petition.pdf" 2>/dev/null "http://127.0.0.1:$port/v1/petitions/$petition/volumes/1.pdf"
[ "$(head -c 4 "$work/petition.pdf")" = %PDF ] || fail 'no PDF came'
good 'ten names sealed at web, typeset by petitions, downloaded from web through the shared volume'
timeout 10 bash -c "exec 3<>/dev/tcp/127.0.0.1/$((port + 20)); head -1 <&3; printf 'QUIT\\r\\n' >&3" | grep -q '^220' ||
  fail 'reports does not answer at its port'
good 'reports answers at its port'
for n in "${!roles[@]}"; do
  printf '   %-10s %s MB resident\n' "${roles[n]}" "$(curl -fsS "http://127.0.0.1:$(ops "$n")/metrics" | awk '/^todoke_process_resident_memory_bytes / { printf "%d", $2 / 1048576 }')"
done
for name in "${roles[@]}"; do end "$name"; done
good 'each stopped in order'
todoke '' "$shared" audit >"$work/audit.log" || fail "the audit: see $work/audit.log"
good 'audit green'
say 'All as it should be'
