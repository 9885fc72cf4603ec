/** Looks at the answers of a pass after its time was taken, so that every contestant's time is its own. */
export function checkAnswers(answers: readonly number[]): void {
  const wrong = answers.findIndex((answer, x) => answer !== 2 * x);
  if (wrong >= 0) throw new Error(`Wrong answer: 2 * ${wrong} is not ${answers[wrong]}`);
}
