// One line a threat: its number, its name, and how many attacks were tried and refused. Failures follow in full.
const { reporters, Runner } = require('mocha');

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Runner.constants;

module.exports = class AttackReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const stories = new Map();
    const count = (test, outcome) => {
      const title = test.titlePath()[0];
      const story = stories.get(title) ?? { passed: 0, failed: 0, pending: 0 };
      story[outcome] += 1;
      stories.set(title, story);
    };
    runner.on(EVENT_TEST_PASS, (test) => count(test, 'passed'));
    runner.on(EVENT_TEST_FAIL, (test) => count(test, 'failed'));
    runner.on(EVENT_TEST_PENDING, (test) => count(test, 'pending'));
    runner.once(EVENT_RUN_END, () => {
      for (const title of [...stories.keys()].sort(byNumber)) {
        const { passed, failed, pending } = stories.get(title);
        const rest = [failed && `${failed} FAILED`, pending && `${pending} not tried`].filter(Boolean);
        const outcome = [`${passed} refused`, ...rest].join(', ');
        process.stdout.write(`${failed > 0 ? '✘' : '✔'} ${title}: ${outcome}\n`);
      }
      this.epilogue();
    });
  }
};

/** T1 … T11, then F1 …, then C1 …; anything else last. */
function byNumber(left, right) {
  return rank(left) - rank(right) || left.localeCompare(right);
}

function rank(title) {
  const [, kind, number] = /^([TFC])(\d+) /.exec(title) ?? [];
  return kind === undefined ? Infinity : 'TFC'.indexOf(kind) * 100 + Number(number);
}
