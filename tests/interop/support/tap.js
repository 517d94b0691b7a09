'use strict'
// Steps of a test, run one after the other. Each prints "ok - SENTENCE" or "not ok - SENTENCE",
// which tests/run counts; what else there is to say goes into lines that begin with "#".

const steps = []
const cleanups = []
const sayings = []

/** Adds a step. It fails when `work` throws or takes longer than `limit` milliseconds. */
exports.step = (sentence, work, { limit = 30000 } = {}) => steps.push({ sentence, work, limit })

/** Runs at the end, last one first, whatever happened. */
exports.cleanup = work => cleanups.push(work)

/** What to show when a step fails, e.g. the end of a log: a function that gives a text. */
exports.onFailure = tell => sayings.push(tell)

const note = text => String(text).split('\n').forEach(line => console.log('# ' + line))
exports.note = note

function limited (work, limit) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit)
  })
  return Promise.race([Promise.resolve().then(work), late]).finally(() => clearTimeout(timer))
}

async function runStep ({ sentence, work, limit }) {
  const started = Date.now()
  try {
    await limited(work, limit)
    console.log(`ok - ${sentence}`)
    return true
  } catch (e) {
    console.log(`not ok - ${sentence}`)
    note(`after ${Date.now() - started} ms: ${e.stack || e}`)
    sayings.forEach(tell => note(tell()))
    return false
  }
}

let cleaned
function cleanUp () {
  cleaned = cleaned || (async () => {
    for (const work of cleanups.reverse()) {
      try {
        await limited(work, 20000)
      } catch (e) {
        console.log('not ok - the test cleans up after itself')
        note(e.stack || e)
        process.exitCode = 1
      }
    }
  })()
  return cleaned
}

/**
 * Runs all steps, then ends the process: 0 when all passed. After a step that failed the rest is
 * reported as failed without being run, unless `goOn`.
 */
exports.run = async ({ goOn = false } = {}) => {
  process.exitCode = 0
  let broken = false
  for (const step of steps) {
    if (broken && !goOn) {
      console.log(`not ok - ${step.sentence}`)
      note('not run: an earlier step failed')
      continue
    }
    if (!(await runStep(step))) {
      broken = true
      process.exitCode = 1
    }
  }
  await cleanUp()
  process.exit(process.exitCode)
}

for (const [name, number] of [['SIGINT', 2], ['SIGTERM', 15]]) {
  process.on(name, () => cleanUp().then(() => process.exit(128 + number)))
}
process.on('unhandledRejection', e => note(`unhandled rejection: ${e && e.stack}`))
