/** The little of `logic-solver` that the oracle uses: formulas over variables named by text. */
declare module 'logic-solver' {
  type Operand = string | object;

  interface Solver {
    require(formula: Operand): void;
    solveAssuming(formula: Operand): object | null;
  }

  const Logic: {
    readonly Solver: new () => Solver;
    not(operand: Operand): object;
    or(operands: readonly Operand[]): object;
    implies(condition: Operand, consequence: Operand): object;
    atMostOne(operands: readonly Operand[]): object;
  };
  export default Logic;
}
