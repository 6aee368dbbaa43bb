import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A list of records: a table, and cards on a telephone. A column without a name holds what can be done. */
export function List({ columns, children, maw }: { columns: string[]; children: ReactNode; maw?: number }) {
  return (
    <Table className="list" highlightOnHover maw={maw}>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column}>{column || <span className="hidden">Actions</span>}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  );
}
