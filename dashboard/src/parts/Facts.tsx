import { Card, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** What is known of one record, a line each. */
export function Facts({
  title,
  rows,
  words,
}: {
  title: string;
  rows: [string, ReactNode][];
  words?: string | null;
}) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Title order={2} size="h4" mb="xs">
        {title}
      </Title>
      {words && <Text mb="xs">{words}</Text>}
      <Table variant="vertical" layout="fixed">
        <Table.Tbody>
          {rows.map(([name, value], at) => (
            <Table.Tr key={`${name} ${at}`}>
              <Table.Th w={110}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
