// Loaded into the built binary by the tests: the process believes it started at TEST_CLOCK. The product knows nothing of it.
const RealDate = Date;
const offset = Number(process.env.TEST_CLOCK) - RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
