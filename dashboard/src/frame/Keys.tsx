import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { PAGES } from './Frame';

const SINGLE_KEYS = { key: 'single-keys', defaultValue: true };
const [palette, spotlight] = createSpotlight();

/** Somebody is writing, or a dialogue is open: keys are theirs. */
function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(
    element?.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]'),
  );
}

/** Single keys can be switched off (WCAG 2.1.4). */
export function Keys() {
  const navigate = useNavigate();
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
      going = event.key === 'g' ? Date.now() : 0;
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate]);
  const keys: [string, string][] = [
    ['Ctrl K', 'find a page'],
    ['/', 'search the list'],
    ['?', 'this list'],
    ...PAGES.map(({ key, label }): [string, string] => [`g ${key}`, `go to ${label}`]),
    ['e', 'task done (where the focus is)'],
  ];
  return (
    <>
      <Spotlight
        store={palette}
        shortcut="mod + K"
        nothingFound="No such page"
        searchProps={{ placeholder: 'Go to…', 'aria-label': 'Go to' }}
        actions={PAGES.map(({ to, label }) => ({ id: to, label, onClick: () => void navigate({ to }) }))}
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

export { spotlight };
