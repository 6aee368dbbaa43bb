import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { refuse } from '../api';
import { download, type Row } from './download';

type Page = { items: Row[]; next?: string | null };
type Props = { name: string; columns: string[]; read: (after?: string) => Promise<Page> };

const ROWS_MAX = 10_000;

/** All that the filters leave, page by page, as CSV. */
export function Export({ name, columns, read }: Props) {
  const [count, setCount] = useState<number>();
  const run = async () => {
    const rows: Row[] = [];
    let after: string | undefined;
    do {
      const page = await read(after);
      rows.push(...page.items);
      setCount(rows.length);
      after = page.next ?? undefined;
    } while (after && rows.length < ROWS_MAX);
    download(name, columns, rows);
  };
  return (
    <Button
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      disabled={count !== undefined}
      onClick={() =>
        void run()
          .catch(refuse)
          .finally(() => setCount(undefined))
      }
    >
      {count === undefined ? 'CSV' : `${count} rows`}
    </Button>
  );
}
