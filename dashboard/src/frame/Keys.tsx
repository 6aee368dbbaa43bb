import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { readLocalStorageValue, useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { listLeadsOptions, listPropertiesOptions, whoAmIOptions } from '../client/@tanstack/react-query.gen';
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
  const records = [...document.querySelectorAll<HTMLElement>('main .record')];
  const row = document.activeElement?.closest('tr, li, article') ?? null;
  const now = records.findIndex((record) => record === document.activeElement || row?.contains(record));
  const next = now < 0 ? 0 : Math.min(Math.max(now + by, 0), records.length - 1);
  records[next]?.focus();
}

const LIST = 'records';

/** The list that a record was opened from. */
function remember(event: MouseEvent) {
  if (!(event.target as HTMLElement | null)?.closest('main a.record')) return;
  const records = [...document.querySelectorAll<HTMLAnchorElement>('main a.record')];
  sessionStorage.setItem(LIST, JSON.stringify([...new Set(records.map((one) => one.pathname))]));
}

/** The record before or after this one in that list. */
function beside(by: number): string | undefined {
  const paths: string[] = JSON.parse(sessionStorage.getItem(LIST) ?? '[]');
  const at = paths.indexOf(window.location.pathname);
  return at < 0 ? undefined : paths[at + by];
}

/** What can be done with the record that has the focus, or on this page: whatever has this key. */
function act(event: KeyboardEvent) {
  const key = `[data-key="${CSS.escape(event.key)}"]`;
  const row = (event.target as HTMLElement | null)?.closest('tr');
  const ofPage = () =>
    [...document.querySelectorAll<HTMLElement>(`main ${key}`)].find((one) => !one.closest('tr'));
  const found = row?.querySelector<HTMLElement>(key) ?? ofPage();
  if (!found) return;
  event.preventDefault();
  if (found.matches('textarea, input:not([type="radio"])')) found.focus();
  else found.click();
}

/** People and homes with these words: they are in no address. */
function useFound(typed: string) {
  const navigate = useNavigate();
  const [q] = useDebouncedValue(typed.trim(), 250);
  const query = { q, limit: 6 };
  const enabled = q.length >= 2;
  const leads = useQuery({ ...listLeadsOptions({ query }), enabled, placeholderData: keepPreviousData });
  const homes = useQuery({ ...listPropertiesOptions({ query }), enabled, placeholderData: keepPreviousData });
  if (!enabled) return [];
  return [
    ...(leads.data?.items ?? []).map(({ id, name, phone, email }) => ({
      id: `lead ${id}`,
      label: name ?? phone ?? 'Number withheld',
      description: 'Lead',
      keywords: [phone ?? '', email ?? '', q],
      onClick: () => void navigate({ to: '/leads/$id', params: { id: `${id}` } }),
    })),
    ...(homes.data?.items ?? []).map(({ id, address, reference }) => ({
      id: `home ${id}`,
      label: address,
      description: reference,
      keywords: [q],
      onClick: () => void navigate({ to: '/properties/$id', params: { id: `${id}` } }),
    })),
  ];
}

/** Single keys can be switched off (WCAG 2.1.4). */
export function Keys() {
  const [words, setWords] = useState('');
  const navigate = useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const { history } = useRouter();
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
      else if (event.key === '[' || event.key === ']') {
        const path = beside(event.key === ']' ? 1 : -1);
        if (path) history.push(path);
      } else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
      else act(event);
      going = event.key === 'g' ? Date.now() : 0;
    };
    window.addEventListener('keydown', press);
    window.addEventListener('click', remember, { capture: true });
    return () => {
      window.removeEventListener('keydown', press);
      window.removeEventListener('click', remember, { capture: true });
    };
  }, [navigate, history]);
  const keys: [string, string][] = [
    ['Ctrl K', 'find a page'],
    ['/', 'search the list'],
    ['?', 'this list'],
    ...pagesOf(me?.permissions).map(({ key, label }): [string, string] => [`g ${key}`, `go to ${label}`]),
    ['j, k', 'next record, last record'],
    ['[, ]', 'last record, next record (on a page of one)'],
    ['c', 'something new: a task, a viewing'],
    ['e', 'task done (where the focus is), or edit'],
    ['s', 'give a task away, or put it off'],
    ['t, b', 'take a call over, hand it back to Sarah'],
    ['!', 'mark a call as an emergency'],
    ['d, w, t', 'diary: day, week, today'],
    ['r', 'answer (inbox)'],
    ['1 … 5', 'how good the answers were (a call to assess)'],
    ['Ctrl Enter', 'send what was written'],
  ];
  const found = useFound(words);
  return (
    <>
      <Spotlight
        store={palette}
        shortcut="mod + K"
        query={words}
        onQueryChange={setWords}
        nothingFound="No such page, person or home"
        searchProps={{ placeholder: 'Go to… a page, a person or a home', 'aria-label': 'Go to' }}
        actions={[
          ...pagesOf(me?.permissions).map(({ to, label }) => ({
            id: to,
            label,
            onClick: () => void navigate({ to }),
          })),
          ...found,
        ]}
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
