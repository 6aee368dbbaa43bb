import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { PAGES, pagesOf } from './Frame';

const SINGLE_KEYS = { key: 'single-keys', defaultValue: true };
const [palette] = createSpotlight();

/** Somebody is writing, or a dialogue is open: keys are theirs. */
function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(
    element?.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]'),
  );
}

/** To the next or the last record of a list. */
function step(by: number) {
  const records = [...document.querySelectorAll<HTMLElement>('main a.record')];
  const row = document.activeElement?.closest('tr, li, article') ?? null;
  const now = records.findIndex((record) => record === document.activeElement || row?.contains(record));
  const next = now < 0 ? 0 : Math.min(Math.max(now + by, 0), records.length - 1);
  records[next]?.focus();
}

/** What can be done with the record that has the focus: whatever has this key. */
function inRow(event: KeyboardEvent) {
  const row = (event.target as HTMLElement | null)?.closest('tr');
  row?.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`)?.click();
}

/** Single keys can be switched off (WCAG 2.1.4). */
export function Keys() {
  const navigate = useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const [help, setHelp] = useState(false);
  const [on, setOn] = useLocalStorage(SINGLE_KEYS);
  useEffect(() => {
    let going = 0;
    const press = (event: KeyboardEvent) => {
      const allowed = readLocalStorageValue(SINGLE_KEYS);
      if (!allowed || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const page = PAGES.find(({ key }) => key === event.key);
      if (event.key === '?') setHelp(true);
      else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type="search"]');
        if (search) event.preventDefault();
        search?.focus();
      } else if (page && Date.now() - going < 1_000) void navigate({ to: page.to });
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else inRow(event);
      going = event.key === 'g' ? Date.now() : 0;
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate]);
  const keys: [string, string][] = [
    ['Ctrl K', 'find a page'],
    ['/', 'search the list'],
    ['?', 'this list'],
    ...pagesOf(me?.permissions).map(({ key, label }): [string, string] => [`g ${key}`, `go to ${label}`]),
    ['j, k', 'next record, last record'],
    ['e', 'task done (where the focus is)'],
    ['s', 'give a task away, or put it off'],
    ['Ctrl Enter', 'send what was written'],
  ];
  return (
    <>
      <Spotlight
        store={palette}
        shortcut="mod + K"
        nothingFound="No such page"
        searchProps={{ placeholder: 'Go to…', 'aria-label': 'Go to' }}
        actions={pagesOf(me?.permissions).map(({ to, label }) => ({
          id: to,
          label,
          onClick: () => void navigate({ to }),
        }))}
      />
      <Modal
        opened={help}
        onClose={() => setHelp(false)}
        title="Keys"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              <Table.Th>What it does</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map(([key, does]) => (
              <Table.Tr key={key}>
                <Table.Td>
                  <Kbd>{key}</Kbd>
                </Table.Td>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          mt="md"
          checked={on}
          onChange={(event) => setOn(event.currentTarget.checked)}
          label="Single keys are on"
        />
      </Modal>
    </>
  );
}
