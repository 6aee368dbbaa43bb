/** A number to ring; one that is masked, or withheld, is only words. */
export function Phone({ number }: { number?: string | null }) {
  if (!number) return <>withheld</>;
  return number.includes('•') ? <>{number}</> : <a href={`tel:${number}`}>{number}</a>;
}
