import { Card, Table, Title } from '@mantine/core';
import type { LineView } from '../client';

/** What callers feel is the time to our first word; the parts only explain it. */
export function Latency({ lines }: { lines: LineView[] }) {
  const turns = lines.filter((line) => line.took_ms != null);
  if (turns.length === 0) return null;
  const sorted = turns.map((line) => line.first_token_ms ?? line.took_ms ?? 0).sort((a, b) => a - b);
  const of = (ms: number | null | undefined) => (ms == null ? '—' : `${ms} ms`);
  return (
    <Card withBorder component="section" aria-label="How fast each turn was">
      <Title order={2} size="h4" mb="xs">
        How fast each turn was
      </Title>
      <Table>
        <Table.Caption>
          Half of the turns within {of(sorted[Math.floor(sorted.length / 2)])}, the slowest{' '}
          {of(sorted.at(-1))}
        </Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {['Turn', 'First word', 'Model', 'Tools'].map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {turns.map((line) => (
            <Table.Tr key={line.id}>
              <Table.Td>{line.turn}</Table.Td>
              <Table.Td>{of(line.first_token_ms ?? line.took_ms)}</Table.Td>
              <Table.Td>{of(line.model_ms)}</Table.Td>
              <Table.Td>{of(line.tools_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
