'use strict'
// Where this host answers otherwise than the one that was recorded. `readme`: words that README.md
// must contain, so that nobody is surprised; `ours`: what this host answers instead.

/** What differs in all answers of a kind; `change` mends the recorded one and tells whether it did. */
exports.everywhere = [
  {
    readme: '`GET /version` names the implementation `Codiusd (C++)`',
    change: (json, ours) => json.name === 'Codiusd (JavaScript)' &&
      Object.assign(json, { name: 'Codiusd (C++)', version: ours.version })
  },
  {
    // The replayed host runs no pods, so it does not test itself.
    readme: 'Off where no pods are run (noop)',
    change: json => json.selfTestSuccess === true && Object.assign(json, { selfTestSuccess: false })
  },
  {
    readme: 'a pod does not see `connection: close`',
    change: json => json.headers && json.headers.connection === 'close' && delete json.headers.connection
  }
]

const invalid = { status: 400, code: 'invalid' }
const invalidManifest = { status: 400, code: 'invalid_manifest' }
const invalidDuration = { status: 400, code: 'invalid_duration' }
const unprocessable = { status: 422, code: 'unprocessable' }
const impossibleManifest = { status: 422, code: 'invalid_manifest' }
const malformed = { status: 400, code: 'malformed' }
const delivered = { status: 200 }
const missing = { status: 404 }
const notStarted = { started: false }
const wrongDurations = ['0', '0.5', '0.0001', '1e3', '1E3', '0x10', '0b101', '0o17', '0x1.8', '+600', '-600', '-0', '-0.0001',
  ' 600 ', '600s', 'abc', 'NaN', 'Infinity', '-Infinity', '1e21', '1e30', '1e400', '.5', '5.', '1,000', '6 00', '600\n']
  .map(text => `quote-duration-${JSON.stringify(text)}`).concat(['quote-duration-plus-raw', 'quote-duration-repeated'])

exports.differences = [
  // Other routes
  { readme: 'any unknown `GET` is answered with the page for people', cases: ['info-trailing-slash', 'info-upper', 'index-any-path', 'discover-get'], ours: { status: 404, message: 'Not Found' } },

  { readme: 'a preflight is 404, or on `/pods` taken for a quote', cases: ['info-options-cors'], ours: { status: 204 } },

  // The self-test
  { readme: 'uploads and gossip alone wait for it', cases: ['gate-running-info', 'gate-running-index', 'gate-running-version', 'gate-running-peers', 'gate-running-memory', 'gate-running-head-info', 'gate-wrong-bearer', 'gate-bearer-no-token', 'gate-failed-info', 'gate-failed-partial'], ours: { status: 200 } },
  { readme: 'uploads and gossip alone wait for it', cases: ['gate-running-unknown-get', 'gate-running-pods-get', 'gate-running-pods-put', 'gate-running-logs'], ours: missing },
  { readme: 'uploads and gossip alone wait for it', cases: ['gate-running-pods-options'], ours: delivered },

  // Development mode
  { readme: 'in development mode every route is refused for ever', cases: ['dev-info', 'dev-info-forced', 'dev-pods-options'], ours: delivered },
  { readme: 'in development mode every route is refused for ever', cases: ['dev-pods-post'], ours: { status: 400, message: 'must supply `Pay-Token` header.' } },
  { readme: 'in development mode every route is refused for ever', cases: ['dev-pods-put'], ours: missing },

  // Manifests
  { readme: 'a JSON text where an object belongs is refused instead of converted', cases: ['body-double-encoded', 'manifest-json-string', 'containers-json-string', 'container-json-string', 'command-json-string', 'environment-json-string', 'debug-"*'], ours: invalidManifest },
  { readme: 'ports such as `abc80` or `70000` (D-24)', cases: ['port-string-" 8080"', 'port-string-"8080 "', 'port-string-"abc80"', 'port-string-"80abc"', 'port-string-"a0b1"', 'port-string-"-5"', 'port-string-"3.5"', 'port-string-"70000"', 'port-string-"1e3"', 'port-string-"0x50"'], ours: invalidManifest },
  { readme: 'two containers with one id, a variable without a name', cases: ['containers-two-same-id', 'environment-empty-key'], ours: impossibleManifest },
  { readme: 'two containers with one id, a variable without a name, a value `$$`', cases: ['environment-double-dollar'], ours: impossibleManifest },
  { readme: '`__proto__` as a name is refused', cases: ['environment-proto-key'], ours: invalidManifest },
  { readme: '`$toString` is a variable (D-23)', cases: ['var-prototype'], ours: impossibleManifest },
  { readme: 'quotes fail without `private` (D-22)', cases: ['var-public-no-private-field'], ours: { status: 200, price: '2283106' } },
  { readme: 'a manifest too large for its environment variable fails after payment (D-36)', cases: ['size-exactly-1MiB'], ours: impossibleManifest },
  { readme: 'bodies of an unknown content coding are taken as they are', cases: ['type-br'], ours: { status: 415 } },
  { readme: 'a body over the limit without a length resets the connection', cases: ['size-over-1MiB-chunked'], ours: { status: 413 } },
  { readme: 'and so does one that comes too slowly', cases: ['payload-timeout'], ours: { status: 408 } },

  // Durations and prices
  { readme: 'any `duration`, also negative, 0, `NaN`, or read two ways (D-02, D-03, D-04)', cases: [...wrongDurations, 'put-negative-duration', 'put-zero-duration', 'put-huge-duration', 'put-fractional-hex', 'post-underpaid-cheaper', 'post-duration-nan', 'post-zero-duration', 'post-negative-duration'], ours: invalidDuration },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-10-scale-6-dur-2628000'], ours: { price: '10000000' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-10-scale-6-dur-31536000'], ours: { price: '120000000' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-1-scale-0-dur-2628000'], ours: { price: '1' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-10-scale-2-dur-2628000'], ours: { price: '1000' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-5-scale-2-dur-31536000'], ours: { price: '6000' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-12.34-scale-9-dur-2628000'], ours: { price: '12340000000' } },
  { readme: 'a month is often a unit too dear', cases: ['quote-cost-100-scale-9-dur-2628000'], ours: { price: '100000000000' } },
  { readme: 'a price beyond 2^63 − 1 units', cases: ['quote-cost-10-scale-18-dur-2628000', 'quote-cost-123456789-scale-18-dur-1'], ours: invalid },
  { readme: 'a wrong value is refused at start', cases: ['quote-cost-nan'], ours: notStarted },

  // Payment
  { readme: 'quotes need no payment and name the asset', cases: ['token-missing-options'], ours: delivered },
  { readme: 'quotes need no payment and name the asset', cases: ['order-options-payment-first'], ours: impossibleManifest },
  { readme: '`PUT` takes the price, then looks whether there is such a pod (D-07)', cases: ['token-missing-put'], ours: missing },
  { readme: '`PUT` takes the price, then looks whether there is such a pod (D-07)', cases: ['order-put-payment-first'], ours: unprocessable },
  { readme: '`PUT` takes the price, then looks whether there is such a pod (D-07)', cases: ['put-two-hashes'], ours: missing },
  { readme: 'a full host says so to whoever shows a `Pay-Token`', cases: ['order-memory-first', 'post-extend-when-full'], ours: { status: 400, message: 'must supply `Pay-Token` header.' } },

  // The admin API
  { readme: 'any unknown `GET` is answered with the page for people', cases: ['admin-any', 'admin-config-get'], ours: { status: 404, message: 'Not Found' } },
  { readme: 'the admin API answers 500 for an unknown pod', cases: ['admin-podinfo-unknown'], ours: { status: 404, code: 'unknown_pod' } },
  { readme: 'a price of 0 is accepted and ignored', cases: ['admin-config-effect-zero', 'admin-config-effect-infinity'], ours: { status: 200, costPerMonth: 0 } },
  { readme: 'the admin API is open to every program of the machine, and to web pages (D-38)', cases: ['admin-foreign-host'], ours: { status: 403 } },

  // Behind the proxy
  { readme: 'upper-case host labels are unknown (D-37)', cases: ['ingress-upper'], ours: delivered },
  { readme: 'upper-case host labels are unknown (D-37)', cases: ['ingress-mixed'], ours: missing },
  { readme: 'says what is wrong with a pod that does not answer', cases: ['ingress-refused'], ours: { status: 503 } },
  { readme: 'says what is wrong with a pod that does not answer', cases: ['ingress-reset'], ours: { status: 502 } },
  { readme: 'ports such as `abc80` or `70000` (D-24)', cases: ['ingress-port-70000', 'ingress-port-3.5'], ours: missing },
  { readme: 'upper-case host labels are unknown (D-37)', cases: ['ws-upper'], ours: { status: 101 } },
  { readme: 'refused WebSockets get half an answer or none', cases: ['ws-unknown', 'ws-no-port', 'ws-not-pod', 'ws-no-host'], ours: missing },
  { readme: 'refused WebSockets get half an answer or none', cases: ['ws-refused'], ours: { status: 503 } },
  { readme: 'a request to upgrade to something else', cases: ['ws-h2c', 'ws-post'], ours: delivered },
  { readme: 'the stricter reading of RFC 9112', cases: ['absolute-uri-pod'], ours: { status: 200, method: 'GET' } },
  { readme: 'the stricter reading of RFC 9112', cases: ['http11-no-host', 'bad-host', 'bad-escape'], ours: malformed }
]

// Recorded cases that need a pod daemon which fails in a certain way, or a race: which test has them.
exports.elsewhere = {
  'post-create-fails': 'D-41 a pod that cannot start gives the money back',
  'post-start-fails': 'D-41 a pod that cannot start gives the money back',
  'get-after-start-failed': 'D-41 a pod that cannot start gives the money back',
  'post-after-start-failed': 'D-41 a pod that cannot start gives the money back',
  'post-create-code': 'D-41 a pod that cannot start gives the money back',
  'post-no-ip': 'D-41 a pod that cannot start gives the money back',
  'post-pull-fails': 'D-01 an image that cannot be had costs nothing',
  'post-reupload-forgotten': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'get-reupload-forgotten': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'post-list-last-stopped': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'post-list-first-stopped': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'get-after-drop': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'get-after-drop-2': 'D-11 D-15 a runtime that is silent or forgetful ends no pod',
  'get-expired': 'D-07 an unknown or ended pod cannot be extended',
  'put-expired': 'D-07 an unknown or ended pod cannot be extended',
  'get-after-failed-delete': 'D-08 a removal that fails is tried until it succeeds',
  'logs-debug-false': 'manifest.debug',
  // The token is known to the running process alone.
  'gate-right-bearer': 'D-38 only Bearer and the whole token',
  'gate-right-token-other-scheme': 'D-38 only Bearer and the whole token',
  'gate-right-token-extra-word': 'D-38 only Bearer and the whole token',
  'gate-bearer-discover': 'D-38 only Bearer and the whole token',
  'gate-bearer-pods-post': 'D-38 only Bearer and the whole token',
  'ingress-not-running': 'D-11 D-15 a runtime that is silent or forgetful ends no pod'
}
