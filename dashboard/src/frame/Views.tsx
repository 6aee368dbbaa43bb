import { ActionIcon, Button, Menu, Popover, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useRouter } from '@tanstack/react-router';
import { Bookmark } from 'lucide-react';
import { useState } from 'react';

type View = { name: string; href: string };

/** Lists as they are looked at often: a name for an address, kept in this browser. */
export function Views() {
  const { history } = useRouter();
  const [views, setViews] = useLocalStorage<View[]>({ key: 'views', defaultValue: [] });
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const here = () => window.location.pathname + window.location.search;
  return (
    <Popover opened={naming} onChange={setNaming} trapFocus withArrow position="bottom-end">
      <Menu position="bottom-end">
        <Popover.Target>
          <Menu.Target>
            <ActionIcon variant="default" size="lg" aria-label="Kept views">
              <Bookmark size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
        </Popover.Target>
        <Menu.Dropdown>
          {views.map((view) => (
            <Menu.Item key={view.name} onClick={() => history.push(view.href)}>
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => setNaming(true)}>Keep what is shown now…</Menu.Item>
          {views.some(({ href }) => href === here()) && (
            <Menu.Item onClick={() => setViews(views.filter(({ href }) => href !== here()))}>
              Forget this one
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setViews([...views.filter((view) => view.name !== name), { name, href: here() }]);
            setName('');
            setNaming(false);
          }}
        >
          <TextInput
            label="Name of this view"
            required
            maxLength={40}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" mt="xs">
            Keep it
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
