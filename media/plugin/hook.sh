#!/bin/bash -p
# Signalbox's hook client: hands an agent's hook payload (stdin) to the user's broker and gives the broker's answer back.
#
#   hook.sh [--refuse-json | --report] [--deadline SECONDS] [AGENT [EVENT]]
#
# AGENT and EVENT are hints: the payload tells who calls and why. Agents read each other's hook files, and some leave the
# arguments out.
#
# INVARIANT: it never fails open. Whatever goes wrong ends with exit code 2 and a reason on stderr; with --refuse-json, for
# harnesses that swallow every exit code but 0, with a JSON denial and exit code 0. With --report, for events that come after a
# tool has run, there is nothing left to stop: whatever goes wrong ends quietly, with exit code 0.
#
# It is written against a hostile environment: -p keeps BASH_ENV, SHELLOPTS and exported functions out, nothing is looked up in
# PATH, nothing is taken from variables but the agent's pid, and what it starts gets an environment of its own.
# The first command makes even a truncated copy of this file stop the tool.
trap 'exit 2' EXIT
trap : PIPE
set +o posix
set -f
unset TMOUT
LC_ALL=C

# The installer fills these in. A copy without them reads endpoint.conf, which lies beside it.
state_dir=''
socket=''
home_dir=''
node=''
broker=''

refuse_json=''
report=''
deadline=590
asker=''
agent='unknown'
event='-'
payload=''
more=''
reply=''
late='Signalbox had no answer in time, so this is stopped. Try again, or ask the user'
no_broker="Signalbox's broker does not answer, so this is stopped. Ask the user to run: signalbox doctor"

# What is said from here on is the last word: a signal must neither cut it short nor change the exit code.
decided() {
  trap '' USR1 TERM HUP INT
  trap - EXIT
}

refuse() {
  decided
  [[ -z $report ]] || exit 0
  if [[ -n $refuse_json ]]; then
    case $event in
      PreToolUse | preToolUse | -)
        printf '{"permissionDecision":"deny","permissionDecisionReason":"%s","hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"%s"}}\n' "$1" "$1" && exit 0
        ;;
      UserPromptSubmit)
        printf '{"continue":false,"stopReason":"%s"}\n' "$1" && exit 0
        ;;
    esac
  fi
  printf '%s\n' "$1" >&2
  exit 2
}

# A number without leading zeros, of at most $2 digits. Globs, because a regular expression that counts costs half a
# millisecond to compile.
is_number() {
  [[ $1 == [1-9]* && $1 != *[!0-9]* ]] && ((${#1} <= $2))
}

read_arguments() {
  while [[ $1 == --* ]]; do
    case $1 in
      --refuse-json) refuse_json=1 ;;
      --report)
        report=1 deadline=10
        trap 'exit 0' EXIT
        ;;
      --deadline)
        is_number "$2" 5 || refuse 'Signalbox: the hook was given a deadline that is no number of seconds'
        deadline=$2
        shift
        ;;
      # The number of the shell that runs this hook's command line, as that shell knows it.
      --asker)
        is_number "$2" 10 && asker=$2
        shift
        ;;
      *) refuse 'Signalbox: the hook was called with an option that it does not know' ;;
    esac
    shift
  done
  # An agent that was told to stop may still start its next hook, and end it before it has come this far.
  [[ -z $asker || $asker == "$PPID" || $asker == "$$" ]] ||
    refuse 'Signalbox: whoever started the hook has gone, so this is stopped'
  if [[ -n $1 ]]; then
    [[ $1 == [a-z]* && $1 != *[!a-z0-9-]* ]] && ((${#1} <= 32)) ||
      refuse 'Signalbox: the hook was called with a strange name of an agent'
    agent=$1
  fi
  if [[ -n $2 ]]; then
    [[ $2 != *[!A-Za-z]* ]] && ((${#2} <= 40)) || refuse 'Signalbox: the hook was called with a strange event name'
    event=$2
  fi
  is_number "$CLAUDE_PID" 10 && agent_pid=$CLAUDE_PID || agent_pid=0
}

read_endpoint_file() {
  local conf=${BASH_SOURCE[0]%/*}/endpoint.conf key value
  [[ ${BASH_SOURCE[0]} == */* && -f $conf && -O $conf ]] ||
    refuse 'Signalbox is not set up on this machine yet. Ask the user to open the editor with Signalbox installed, or to run: signalbox install'
  while IFS='=' read -r key value; do
    case $key in
      state_dir) state_dir=$value ;;
      socket) socket=$value ;;
      home) home_dir=$value ;;
      node) node=$value ;;
      broker) broker=$value ;;
    esac
  done <"$conf"
  [[ $state_dir == /* && $socket == /* && $home_dir == /* ]] || refuse 'Signalbox: endpoint.conf beside the hook is damaged. Ask the user to run: signalbox install'
}

# One watch over everything below. It ends the wait at the deadline, and as soon as whoever started this hook has gone, so that
# nobody is asked about a call that cannot run any more. It ends by itself when this process does, however that happens, because
# it reads from a pipe that only this process holds open; what this process was waiting for ends then, too.
start_watch() {
  # Not one of the signals that agents and terminals send, and that one may have been told to ignore.
  trap 'refuse "$late"' USR1
  trap 'refuse "Signalbox: the hook was interrupted, so this is stopped"' TERM HUP INT
  exec 4> >(
    exec >/dev/null 2>&1
    trap - EXIT USR1 TERM HUP INT
    keep_watch
  )
}

keep_watch() {
  local awaited='' line status before ticks=0
  # Whole seconds are counted instead of asking the clock, which anybody may have set back.
  while ((ticks < deadline)); do
    before=$SECONDS
    IFS= read -r -t 1 line
    status=$?
    if ((status == 0)); then
      awaited=$line
    # Old versions of bash tell a time-out and an end of file by the same status.
    elif ((status > 128 || SECONDS > before)); then
      ((++ticks))
      asker_has_gone && break
    else
      [[ -z $awaited ]] || kill -TERM "$awaited"
      return
    fi
  done
  # In this order: a trap waits until what is awaited has ended.
  kill -USR1 $$
  [[ -z $awaited ]] || kill -TERM "$awaited"
}

# An orphan has another parent than it started with.
asker_has_gone() {
  local stat='' parent
  if [[ -r /proc/$$/stat ]]; then
    IFS= read -r stat 2>/dev/null <"/proc/$$/stat"
    # shellcheck disable=SC2086 -- the fields behind the name, which may hold spaces, are split on purpose; globbing is off.
    set -- ${stat##*) }
    parent=$2
  else
    parent=$(/usr/bin/env -i LC_ALL=C /bin/ps -o ppid= -p $$ 2>/dev/null)
    parent=${parent//[!0-9]/}
  fi
  [[ -n $parent && $parent != "$PPID" ]]
}

# Whether nobody is left at the other end of stdout: select(2) calls such a pipe or socket readable.
reader_has_gone() {
  [[ (-p /dev/fd/1 || -S /dev/fd/1) && ! /dev/fd/0 -ef /dev/fd/1 ]] && read -r -t 0 -u 1
}

# Waits for a process that the watch ends with this one.
await() {
  local code
  tell_watch "$1"
  wait "$1"
  code=$?
  tell_watch ''
  return "$code"
}

tell_watch() {
  printf '%s\n' "$1" 2>/dev/null >&4
}

# The first 16 kB. A NUL byte is no part of JSON and cannot be kept in a variable: it is refused. What is longer is passed on
# by cat, unread, because bash reads pipes byte by byte: from about here on, starting cat is the lesser cost.
read_payload() {
  if IFS= read -r -d '' -n 16384 payload; then
    ((${#payload} == 16384)) || refuse 'Signalbox: the payload holds a NUL byte'
    more=1
  fi
  [[ -n $payload ]] || refuse 'Signalbox: the hook got an empty payload'
}

# Nobody but the user may get the token and the payload. The broker holds its port from before it writes the endpoint file until
# after it has removed it: while the file stands unchanged and the process that took the broker's lock lives, nobody else can
# listen there. Asked after the connection was made, so that it holds for this connection. (/proc/net/tcp would tell as well, but
# the kernel takes 4 ms to write it.)
# Leaves how the process is in $state.
broker_lives() {
  local port='' token='' pid='' holder='' started='' stat=''
  IFS=' ' read -r port token pid 2>/dev/null <"$state_dir/run/endpoint"
  [[ $port == "$1" && $token == "$2" && $pid == "$3" ]] || return 1
  IFS=' ' read -r holder started 2>/dev/null <"$state_dir/run/broker.lock"
  [[ $holder == "$pid" && -n $started && $started != *[!0-9]* && -O /proc/$pid ]] || return 1
  IFS= read -r stat 2>/dev/null <"/proc/$pid/stat"
  # shellcheck disable=SC2086 -- the fields behind the name, which may hold spaces, are split on purpose; globbing is off.
  set -- ${stat##*) }
  [[ $1 != [ZX] && ${20} == "$started" ]] && state=$1
}

has_loopback() {
  [[ -r /proc/self/stat ]]
}

# 0: the reply is in $reply. 1: no broker of ours listens there, and nothing was sent.
ask_over_loopback() {
  local port='' token='' pid='' banner='' state=''
  has_loopback && [[ -f $state_dir/run/endpoint && -O $state_dir/run/endpoint ]] || return 1
  IFS=' ' read -r port token pid 2>/dev/null <"$state_dir/run/endpoint"
  is_number "$port" 5 && is_number "$pid" 10 || return 1
  [[ $token != *[!A-Za-z0-9_-]* ]] && ((${#token} >= 16 && ${#token} <= 128)) || return 1
  { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  IFS= read -r -t 1 banner <&3
  if ! broker_lives "$port" "$token" "$pid" || [[ $banner != SIGNALBOX/1 ]]; then
    exec 3>&-
    [[ $state != T ]] || refuse "Signalbox's broker is suspended, so this is stopped. Ask the user to run: signalbox doctor"
    return 1
  fi
  send "$token" || refuse 'Signalbox: the broker closed the connection while it was asked, so this is stopped. Try again'
  read_reply
  exec 3>&-
  return 0
}

send() {
  local header="HOOK $1 $agent $event $PPID $agent_pid"
  if [[ -z $more ]]; then
    printf '%s\n%s\0END\n' "$header" "$payload" 2>/dev/null >&3
    return
  fi
  printf '%s\n%s' "$header" "$payload" 2>/dev/null >&3 || return 1
  /usr/bin/env -i LC_ALL=C /bin/cat <&0 2>/dev/null >&3 3>&- 4>&- &
  await $! && printf '\0END\n' 2>/dev/null >&3
}

# In slices of a second up to the first byte only: with a time-out, bash asks the system twice for every byte.
read_reply() {
  local first='' status ticks
  for ((ticks = 0; ticks < deadline; ticks++)); do
    IFS= read -r -t 1 -d '' -n 1 first <&3
    status=$?
    if ((status <= 128)); then
      IFS= read -r -d '' -n 200000 reply <&3
      reply=$first$reply
      return
    fi
    if asker_has_gone || reader_has_gone; then
      refuse 'Signalbox: whoever asked has gone, so this is stopped'
    fi
  done
  refuse "$late"
}

read_the_rest() {
  local tail=''
  [[ -n $more ]] || return 0
  IFS= read -r -d '' tail && refuse 'Signalbox: the payload holds a NUL byte'
  payload+=$tail
  more=''
}

# For systems whose bash has no /dev/tcp, or that have no /proc: the broker's unix socket, which lies in a folder that nobody
# else may enter. Returns as above.
ask_over_socket() {
  local code
  [[ -S $socket && -O $socket && -O ${socket%/*} && -x /usr/bin/curl ]] || return 1
  read_the_rest
  reply=$(
    trap - EXIT USR1 TERM HUP INT
    printf '%s' "$payload" |
      /usr/bin/env -i LC_ALL=C /usr/bin/curl -q --silent --fail --noproxy '*' --connect-timeout 1 --max-time "$deadline" \
        --unix-socket "$socket" -H 'Content-Type: application/octet-stream' -H 'Expect:' --data-binary @- \
        "http://signalbox/v1/hook?agent=$agent&event=$event&ppid=$PPID&pid=$agent_pid" 2>/dev/null 4>&- &
    tell_watch $!
    exec 4>&-
    wait $!
  )
  code=$?
  tell_watch ''
  ((code == 7)) && return 1
  ((code == 0)) || refuse "$no_broker"
  return 0
}

# The last resort is the bundled client, which costs a start of Node.
ask_with_node() {
  local client=${broker%/*}/hook.js code
  [[ -x $node && -f $client ]] || return 1
  read_the_rest
  printf '%s' "$payload" |
    /usr/bin/env -i HOME="$home_dir" PATH=/usr/bin:/bin LC_ALL=C ELECTRON_RUN_AS_NODE=1 \
      "$node" "$client" ${refuse_json:+--refuse-json} --deadline "$deadline" --socket "$socket" \
      --state-dir "$state_dir" --broker "$broker" --ppid "$PPID" --pid "$agent_pid" "$agent" "$event" 4>&- &
  await $!
  code=$?
  ((code == 0 || code == 2)) || refuse "$no_broker"
  decided
  [[ -z $report ]] || exit 0
  exit "$code"
}

start_broker() {
  local apart=/usr/bin/setsid
  [[ -x $apart ]] || apart=''
  [[ -x $node && -f $broker ]] || return 1
  (
    trap - EXIT USR1 TERM HUP INT
    cd / || exit
    # shellcheck disable=SC2086 -- $apart is one word or none.
    exec /usr/bin/env -i HOME="$home_dir" PATH=/usr/bin:/bin LC_ALL=C ELECTRON_RUN_AS_NODE=1 \
      $apart "$node" "$broker" --state-dir "$state_dir" </dev/null >/dev/null 2>&1 3>&- 4>&-
  ) &
}

ask() {
  ask_over_loopback || ask_over_socket
}

ask_or_start() {
  local attempt
  has_loopback || [[ -x /usr/bin/curl ]] || ask_with_node
  ask && return
  start_broker || refuse "$no_broker"
  for ((attempt = 0; attempt < 40; attempt++)); do
    /usr/bin/env -i /bin/sleep 0.05 4>&-
    ask && return
  done
  refuse "$no_broker"
}

# Four lines: SIGNALBOX/1 and the exit code, stdout, stderr, END. Anything else is no answer.
deliver() {
  local rest=${reply%$'\n'} head code out err
  [[ $rest == *$'\n'*$'\n'*$'\n'* ]] || rest=''
  head=${rest%%$'\n'*} rest=${rest#*$'\n'}
  out=${rest%%$'\n'*} rest=${rest#*$'\n'}
  err=${rest%%$'\n'*} rest=${rest#*$'\n'}
  code=${head#SIGNALBOX/1 }
  [[ $rest == END && $head == "SIGNALBOX/1 $code" ]] && { [[ $code == 0 ]] || is_number "$code" 3; } && ((code <= 255)) ||
    refuse 'Signalbox: the broker gave no whole answer, so this is stopped. Try again'
  if [[ -n $report && $code != 0 ]]; then
    decided
    exit 0
  fi
  if [[ -n $refuse_json && -z $out && $code != 0 ]]; then
    err=${err//\\/\\\\}
    refuse "${err//\"/\\\"}"
  fi
  decided
  if [[ -n $out ]]; then
    printf '%s\n' "$out" 2>/dev/null || refuse 'Signalbox: the answer could not be written, so this is stopped'
  fi
  [[ -z $err ]] || printf '%s\n' "$err" >&2
  exit "$code"
}

main() {
  read_arguments "$@"
  [[ -n $state_dir ]] || read_endpoint_file
  start_watch
  read_payload
  ask_or_start
  deliver
}

main "$@"
