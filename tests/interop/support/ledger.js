'use strict'
const { execFileSync } = require('child_process')
const { until } = require('./wait')

/** The rows of a query on the store of a host that runs or not, as objects. */
function rows (database, sql) {
  const text = execFileSync('sqlite3', ['-json', '-cmd', '.timeout 5000', database, sql], { encoding: 'utf8' })
  return text.trim() === '' ? [] : JSON.parse(text)
}

/** {received, earned, owed, credit, refunded}: sums over all assets; `refunded` holds nothing, it only counts. */
function totals (database) {
  const out = { received: 0, earned: 0, owed: 0, credit: 0, refunded: 0 }
  for (const { account, sum } of rows(database, 'SELECT account, SUM(balance) AS sum FROM balances GROUP BY account')) {
    out[account.startsWith('token:') ? 'credit' : account] += sum
  }
  return out
}

/** Purchases, oldest first. */
const purchases = database =>
  rows(database, 'SELECT id, hex(token) AS token, kind, pod, seconds, price, state, expires_ms, why FROM purchases ORDER BY id')

/**
 * What is wrong with the books, as sentences: money that arrived must be in exactly one account,
 * and every account must be the sum of its movements.
 */
function faults (database) {
  const out = []
  const sum = totals(database)
  if (sum.received !== sum.earned + sum.owed + sum.credit) {
    out.push(`received ${sum.received} is not earned ${sum.earned} + owed ${sum.owed} + credit ${sum.credit}`)
  }
  const moved = rows(database, `
    SELECT account, SUM(amount) AS sum FROM (
      SELECT target AS account, amount FROM entries
      UNION ALL SELECT source, CASE source WHEN 'received' THEN amount ELSE -amount END FROM entries)
    GROUP BY account HAVING SUM(amount) <> COALESCE((SELECT SUM(balance) FROM balances b WHERE b.account = account), 0)`)
  const balances = new Map(rows(database, 'SELECT account, SUM(balance) AS sum FROM balances GROUP BY account')
    .map(row => [row.account, row.sum]))
  for (const { account, sum } of moved) {
    if (sum !== (balances.get(account) || 0)) out.push(`the movements of ${account} add up to ${sum}, its balance is ${balances.get(account)}`)
  }
  const price = rows(database, "SELECT COALESCE(SUM(price), 0) AS sum FROM purchases WHERE state = 'delivered'")[0].sum
  if (price !== sum.earned) out.push(`delivered purchases cost ${price}, but ${sum.earned} are earned`)
  return out
}

/** Waits until no purchase waits for its money or its pod any more. */
async function settled (database) {
  await until('nothing to be open or owed', () => {
    const left = purchases(database).filter(p => p.state === 'open' || p.state === 'owed')
    if (left.length > 0) throw new Error(JSON.stringify(left))
    return true
  }, 10000)
}

module.exports = { rows, totals, purchases, faults, settled }
