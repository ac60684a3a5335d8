#!/usr/bin/env bash
# Pays with curl over JSON and prints the payment.
# usage: pay.sh BASE_URL [AMOUNT_IN_MINOR_UNITS [CURRENCY [PAYMENT_METHOD]]]
#   BASE_URL  http://127.0.0.1:8080 or https://payments.example.com:8443
#   CA        environment: PEM file of the root for https
#   KEY       environment: idempotency key; a new one by default. A repetition with the same key is harmless.
#   MODE      environment: ASYNC to be answered at once; the payment is then read until the acquirer has decided
#   CURL_OPTS environment: more options for curl, e.g. --resolve payments.example.com:8443:127.0.0.1
# exit: 0 when the payment was made, 1 when it was refused (the answer is printed), 2 when the arguments are wrong
set -euo pipefail
[[ $# -ge 1 && $1 != --help ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
key=${KEY:-$(cat /proc/sys/kernel/random/uuid)}
options=(--silent --show-error --max-time 10 --retry 4 --retry-connrefused)
[[ -z ${CA:-} ]] || options+=(--cacert "$CA")
read -ra more <<<"${CURL_OPTS:-}"
answer=$(curl "${options[@]}" "${more[@]}" --write-out '\n%{http_code}' \
  --header 'Content-Type: application/json' --header "Idempotency-Key: $key" \
  --data "{\"amount\":{\"currencyCode\":\"${3:-EUR}\",\"minorUnits\":\"${2:-1250}\"},\"paymentMethod\":\"${4:-pm_card_visa}\"}" \
  "$1/v1/payments?processing=${MODE:-SYNC}")
for ((attempt = 0; attempt < 100; attempt++)); do
  # The acquirer has not decided yet, because it was not waited for, or because it is slow.
  [[ $answer =~ \"state\":\ *\"PROCESSING\" && $answer =~ \"name\":\ *\"(payments/[0-9a-f]+)\" ]] || break
  sleep 0.1
  answer=$(curl "${options[@]}" "${more[@]}" --write-out '\n%{http_code}' "$1/v1/${BASH_REMATCH[1]}")
done
printf '%s\n' "${answer%$'\n'*}"
[[ ${answer##*$'\n'} == 200 ]]
