#!/bin/sh
# Installs WeftID's files into the current directory: docker-compose.yml, Caddyfile and .env. It starts nothing.
#
#   curl -fsSL https://raw.githubusercontent.com/pageloom/weft-id/main/deploy/install.sh | bash
#
# Needs curl, openssl and a POSIX shell. Questions go to the terminal, so that standard input may be a pipe. Everything is
# inside functions and runs from the last line: a download that breaks off runs nothing.
set -eu
LC_ALL=C
export LC_ALL
umask 077

repository=pageloom/weft-id
guide="https://github.com/$repository/blob/main/deploy/README.md"
files='docker-compose.yml Caddyfile .env'
work=
stamp=
placed=
silent=

usage() {
  cat <<'TEXT'
Installs WeftID's files into the current directory: docker-compose.yml, Caddyfile and .env.

Usage: sh install.sh

Environment
  WEFT_NONINTERACTIVE=1   ask nothing; the answers are BASE_DOMAIN (required), EMAIL_BACKEND, FROM_EMAIL, SMTP_HOST,
                          SMTP_PORT, SMTP_USER, SMTP_PASS, SMTP_TLS, SENDGRID_API_KEY and RESEND_API_KEY
  WEFT_OVERWRITE=yes      together with it: replace files that are here already (they are kept beside, the secrets stay)
  WEFT_VERSION            the version to install; default: the newest release
  WEFT_SOURCE             a directory or an address to take the files from instead of the release

Exit: 0 installed, or nothing changed on your word; 1 nothing was installed.
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

# All files or none: whatever ends this script early puts back what was there.
tidy() {
  status=$?
  trap - EXIT
  trap '' HUP INT TERM
  [ -z "$silent" ] || stty "$silent" </dev/tty
  for name in $placed; do
    rm -f "$name"
    [ ! -e "$name.old-$stamp" ] || mv "$name.old-$stamp" "$name"
  done
  [ -z "$work" ] || rm -rf "$work"
  exit "$status"
}

# ---- Questions ---------------------------------------------------------------------------------------------------------

# ask QUESTION [DEFAULT]: the answer without surrounding blanks is in $answer.
ask() {
  printf '%s%s: ' "$1" "${2:+ [$2]}" >/dev/tty
  IFS= read -r answer </dev/tty || fail 'the terminal was closed; nothing was installed'
  answer=$(printf '%s' "$answer" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//')
  [ -n "$answer" ] || answer=${2:-}
}

# The answer as it was typed, and not shown.
ask_secret() {
  # Silence first: what is typed ahead of the question would be shown.
  silent=$(stty -g </dev/tty)
  stty -echo </dev/tty
  printf '%s: ' "$1" >/dev/tty
  IFS= read -r answer </dev/tty || fail 'the terminal was closed; nothing was installed'
  stty "$silent" </dev/tty
  silent=
  printf '\n' >/dev/tty
}

complain() { printf '  %s\n' "$*" >/dev/tty; }

is_domain() {
  [ "${#1}" -le 189 ] &&
    printf '%s\n' "$1" | grep -Eq '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' &&
    ! printf '%s\n' "$1" | grep -Eq '\.[0-9]+$'
}

is_host() { printf '%s\n' "$1" | grep -Eq '^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$'; }

is_port() { printf '%s\n' "$1" | grep -Eq '^[1-9][0-9]{0,4}$' && [ "$1" -le 65535 ]; }

is_address() {
  printf '%s\n' "$1" | grep -Eq '^[A-Za-z0-9._%+-]+@[^@]+$' &&
    is_domain "$(printf '%s\n' "${1##*@}" | tr '[:upper:]' '[:lower:]')"
}

domain_rule='a domain has lower-case letters, digits, hyphens and dots only, such as id.example.com'
host_rule='a mail server is a host name or an address, such as smtp.example.com'
port_rule='a port is a number from 1 to 65535'
address_rule='a sender is an e-mail address, such as no-reply@example.com'

ask_everything() {
  (exec </dev/tty) 2>/dev/null ||
    fail 'there is no terminal to ask questions on; set WEFT_NONINTERACTIVE=1 and give the answers in the environment'
  say 'Tenants are subdomains of one domain: with id.example.com, the tenant acme is at acme.id.example.com.' >/dev/tty
  while :; do
    ask 'Domain'
    BASE_DOMAIN=$answer
    is_domain "$BASE_DOMAIN" && break
    complain "$domain_rule"
  done
  EMAIL_BACKEND=smtp SMTP_PORT=587 SMTP_TLS=true SMTP_HOST='' SMTP_USER='' SMTP_PASS='' FROM_EMAIL=''
  say 'Mail goes out by SMTP. For SendGrid or Resend, press Enter here and edit .env afterwards.' >/dev/tty
  while :; do
    ask 'SMTP host'
    SMTP_HOST=$answer
    [ -n "$SMTP_HOST" ] || return 0
    is_host "$SMTP_HOST" && break
    complain "$host_rule"
  done
  while :; do
    ask 'SMTP port' 587
    SMTP_PORT=$answer
    is_port "$SMTP_PORT" && break
    complain "$port_rule"
  done
  [ "$SMTP_PORT" != 465 ] || SMTP_TLS=implicit
  ask 'SMTP user, or Enter for none'
  SMTP_USER=$answer
  if [ -n "$SMTP_USER" ]; then
    while :; do
      ask_secret 'SMTP password (not shown)'
      SMTP_PASS=$answer
      [ -n "$SMTP_PASS" ] && break
      complain 'the password of this user is needed'
    done
  fi
  while :; do
    ask 'Sender of mail' "no-reply@$BASE_DOMAIN"
    FROM_EMAIL=$answer
    is_address "$FROM_EMAIL" && break
    complain "$address_rule"
  done
}

take_from_environment() {
  # Before the other rules, which look at lines: a second line could carry a setting of its own.
  case $BASE_DOMAIN$FROM_EMAIL$SMTP_HOST$SMTP_PORT$SMTP_USER$SMTP_PASS$SENDGRID_API_KEY$RESEND_API_KEY in
    *'
'*) fail 'every answer is one line' ;;
  esac
  is_domain "$BASE_DOMAIN" || fail "BASE_DOMAIN: $domain_rule"
  case $EMAIL_BACKEND in
    smtp | sendgrid | resend) ;;
    *) fail 'EMAIL_BACKEND: one of smtp, sendgrid, resend' ;;
  esac
  case $SMTP_TLS in
    true | implicit | false) ;;
    *) fail 'SMTP_TLS: one of true, implicit, false' ;;
  esac
  [ -z "$SMTP_HOST" ] || is_host "$SMTP_HOST" || fail "SMTP_HOST: $host_rule"
  is_port "$SMTP_PORT" || fail "SMTP_PORT: $port_rule"
  [ -z "$SMTP_HOST" ] || [ -n "$FROM_EMAIL" ] || FROM_EMAIL="no-reply@$BASE_DOMAIN"
  [ -z "$FROM_EMAIL" ] || is_address "$FROM_EMAIL" || fail "FROM_EMAIL: $address_rule"
}

# Never overwrites without a clear yes. The secrets of an existing .env are taken over: the database was made with them.
agree_to_replace() {
  present=
  for name in $files; do
    if [ -e "$name" ] || [ -L "$name" ]; then present="$present $name"; fi
  done
  [ -n "$present" ] || return 0
  if [ -n "${WEFT_NONINTERACTIVE:-}" ]; then
    [ "${WEFT_OVERWRITE:-}" = yes ] ||
      fail "here already:$present. Nothing was changed; WEFT_OVERWRITE=yes replaces them."
    return 0
  fi
  (exec </dev/tty) 2>/dev/null || fail "here already:$present. Nothing was changed."
  say "Here already:$present. They would be kept with the ending .old; the secrets in .env stay as they are." >/dev/tty
  ask 'Replace them? [y/N]'
  case $answer in
    y | Y) ;;
    *)
      say 'Nothing was changed.'
      exit 0
      ;;
  esac
}

# ---- Files -------------------------------------------------------------------------------------------------------------

# Sets $source, and WEFT_VERSION where the environment does not.
find_source() {
  source=${WEFT_SOURCE:-}
  if [ -n "$source" ]; then
    : "${WEFT_VERSION:=latest}"
    return 0
  fi
  tag=main
  if [ -n "$WEFT_VERSION" ]; then
    [ "$WEFT_VERSION" = latest ] || tag=v$WEFT_VERSION
  else
    newest=$(curl -fsS --proto '=https' -o /dev/null -w '%{redirect_url}' \
      "https://github.com/$repository/releases/latest") ||
      fail 'the newest release could not be looked up; set WEFT_VERSION to the version to install'
    case $newest in
      */releases/tag/v[0-9]*) tag=${newest##*/} WEFT_VERSION=${newest##*/v} ;;
      *) WEFT_VERSION=latest ;;
    esac
  fi
  source="https://raw.githubusercontent.com/$repository/$tag/deploy"
}

# fetch NAME PATTERN: the file into the work folder. The pattern tells it from the sign-in page of some network.
fetch() {
  case $source in
    *://*) curl -fsSL -o "$work/$1" "${source%/}/$1" || fail "$source/$1 could not be downloaded; nothing was installed" ;;
    *) cp "$source/$1" "$work/$1" || fail "$source/$1 could not be read; nothing was installed" ;;
  esac
  grep -q "$2" "$work/$1" || fail "$source/$1 is not a file of WeftID; nothing was installed"
}

# One value as Docker Compose reads it back, whatever it holds.
quoted() {
  case $1 in
    *[\'\\]*) printf '"%s"' "$(printf '%s' "$1" | sed 's/[\\"$]/\\&/g')" ;;
    *[!A-Za-z0-9_@%+=:,./-]*) printf "'%s'" "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

# The secret as the existing .env writes it, or a new one.
secret() {
  kept=
  [ ! -f .env ] || kept=$(sed -n "s/^$1=//p" .env | tail -n 1)
  if [ -n "$kept" ]; then printf '%s' "$kept"; else openssl rand -base64 32; fi
}

# Fills the template. The values travel by the environment: a process list shows arguments to everybody.
write_env() {
  SECRET_KEY=$(secret SECRET_KEY)
  POSTGRES_PASSWORD=$(secret POSTGRES_PASSWORD)
  APPUSER_PASSWORD=$(secret APPUSER_PASSWORD)
  for value in "$SECRET_KEY" "$POSTGRES_PASSWORD" "$APPUSER_PASSWORD"; do
    [ "${#value}" -ge 8 ] || fail 'openssl made no secret; nothing was installed'
  done
  filled='WEFT_VERSION BASE_DOMAIN EMAIL_BACKEND FROM_EMAIL SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASS SMTP_TLS'
  filled="$filled SENDGRID_API_KEY RESEND_API_KEY"
  for name in $filled; do
    eval "value=\$$name"
    eval "$name=\$(quoted \"\$value\")"
    export "${name?}"
  done
  export SECRET_KEY POSTGRES_PASSWORD APPUSER_PASSWORD
  awk -v names="$filled SECRET_KEY POSTGRES_PASSWORD APPUSER_PASSWORD" '
    BEGIN { n = split(names, list, / /); for (i = 1; i <= n; i++) known[list[i]] = 1 }
    { at = index($0, "="); name = substr($0, 1, at - 1) }
    at > 1 && name in known { print name "=" ENVIRON[name]; next }
    { print }
  ' "$work/.env.example" >"$work/.env"
  for name in $filled SECRET_KEY POSTGRES_PASSWORD APPUSER_PASSWORD; do
    grep -q "^$name=" "$work/.env" || fail "$source/.env.example has no $name; nothing was installed"
  done
}

# The proxy reads its file as another user than the one who owns it here; .env is for its owner alone.
place() {
  chmod 644 "$work/docker-compose.yml" "$work/Caddyfile"
  chmod 600 "$work/.env"
  stamp=$(date +%Y%m%d%H%M%S)
  for name in $files; do
    if [ -e "$name" ] || [ -L "$name" ]; then mv "$name" "$name.old-$stamp"; fi
    placed="$placed $name"
    mv "$work/$name" "$name"
  done
  placed=
}

main() {
  case ${1:-} in
    '') ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) fail "there is no option $1; see --help" ;;
  esac
  for tool in curl openssl; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed, and this script needs it"
  done
  : "${WEFT_VERSION:=}" "${BASE_DOMAIN:=}" "${EMAIL_BACKEND:=smtp}" "${FROM_EMAIL:=}" "${SMTP_HOST:=}" "${SMTP_PORT:=587}" \
    "${SMTP_USER:=}" "${SMTP_PASS:=}" "${SMTP_TLS:=true}" "${SENDGRID_API_KEY:=}" "${RESEND_API_KEY:=}"
  case $WEFT_VERSION in
    *[!A-Za-z0-9_.-]*) fail 'WEFT_VERSION: a tag such as 1.6.0' ;;
  esac
  trap tidy EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM

  agree_to_replace
  if [ -n "${WEFT_NONINTERACTIVE:-}" ]; then take_from_environment; else ask_everything; fi
  # Beside the files, so that moving them into place is a rename.
  work=$(mktemp -d ./.weftid-install.XXXXXX) || fail 'this directory cannot be written to'
  find_source
  fetch docker-compose.yml '^services:'
  fetch Caddyfile on_demand_tls
  fetch .env.example '^BASE_DOMAIN='
  write_env
  place

  say "Installed docker-compose.yml, Caddyfile and .env for WeftID $WEFT_VERSION."
  if [ "$EMAIL_BACKEND" = smtp ] && [ -z "$SMTP_HOST" ]; then
    say 'No mail server is set: edit the mail settings in .env first.'
  fi
  command -v docker >/dev/null 2>&1 || say 'Docker is not installed here: Docker Engine 24 with Docker Compose v2 is needed.'
  say 'Keep a copy of .env outside this server: its three secrets cannot be recovered.'
  say 'Next: docker compose up -d'
  say "Guide: $guide"
}

main "$@"
