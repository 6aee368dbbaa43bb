import { Button, Card, FileInput, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, anew } from '../api';
import type { PaperView } from '../client';
import {
  attachDocumentMutation,
  listDocumentsInfiniteOptions,
  listTenantsOptions,
  removeDocumentMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Ask } from '../parts/Ask';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

/** Papers of tenancies. Sarah hands them to the number on file, after a code that went there was read back. */
export function Documents() {
  const list = useInfiniteQuery({ ...listDocumentsInfiniteOptions(), ...paged() });
  const papers = itemsOf(list);
  const { data: me } = useQuery(whoAmIOptions());
  const works = me?.permissions.includes('work') ?? false;
  return (
    <Stack>
      <Title order={1} size="h2">
        Documents
      </Title>
      {works && <Attach />}
      <Waiting query={list} />
      {papers?.length === 0 && (
        <Empty title="No papers yet">
          A tenant who asks for their agreement gets it from here, on the number on file and after a code.
        </Empty>
      )}
      {papers && papers.length > 0 && (
        <List columns={['Name', 'Tenant', 'Kind', 'Attached', ...(works ? [''] : [])]}>
          {papers.map((paper) => (
            <Table.Tr key={paper.id}>
              <Table.Td data-label="Name">
                <a href={`/api/v1/documents/${paper.id}/file`} className="record">
                  {paper.name}
                </a>{' '}
                <Text span size="sm" c="dimmed">
                  {Math.ceil(paper.bytes / 1024)} kB
                </Text>
              </Table.Td>
              <Table.Td data-label="Tenant">{paper.tenant_name}</Table.Td>
              <Table.Td data-label="Kind">{spelled(paper.kind)}</Table.Td>
              <Table.Td data-label="Attached">
                <When at={paper.created} />
              </Table.Td>
              {works && (
                <Table.Td>
                  <Remove paper={paper} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}

function Remove({ paper }: { paper: PaperView }) {
  const remove = useMutation({ ...removeDocumentMutation(), ...anew });
  const submit = (close: () => void) => remove.mutate({ path: { id: paper.id } }, { onSuccess: close });
  const about = `${paper.name}, ${paper.tenant_name}`;
  return (
    <Ask label="Remove" about={about} does="Remove it" danger change={remove} submit={submit}>
      <Text>
        “{paper.name}” of {paper.tenant_name}: the file is deleted. This cannot be undone.
      </Text>
    </Ask>
  );
}

function Attach() {
  const tenants = useQuery(listTenantsOptions());
  const [tenant, setTenant] = useState<string | null>(null);
  const [name, setName] = useState('Tenancy agreement');
  const [kind, setKind] = useState('contract');
  const [file, setFile] = useState<File | null>(null);
  const attach = useMutation({ ...attachDocumentMutation(), ...anew, onSuccess: () => setFile(null) });
  const known = tenants.data?.map(({ id, name, address }) => ({
    value: `${id}`,
    label: `${name}, ${address}`,
  }));
  return (
    <Card withBorder component="section" aria-label="Attach a paper">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!file || !tenant) return;
          const body = file as unknown as Array<number>;
          attach.mutate({ query: { tenant: Number(tenant), name, kind }, body });
        }}
      >
        <Group align="flex-end">
          <Select
            label="Tenant"
            data={known ?? []}
            searchable
            required
            value={tenant}
            onChange={setTenant}
            w={280}
          />
          <TextInput
            label="Name"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Kind"
            data={[
              { value: 'contract', label: 'Contract' },
              { value: 'other', label: 'Other' },
            ]}
            allowDeselect={false}
            value={kind}
            onChange={(value) => setKind(value ?? kind)}
            w={130}
          />
          <FileInput
            label="File"
            placeholder="a PDF or a picture"
            accept="application/pdf,image/*"
            required
            value={file}
            onChange={setFile}
            w={220}
          />
          <Button type="submit" loading={attach.isPending}>
            Attach
          </Button>
        </Group>
        {attach.error && (
          <Text role="alert" c="var(--mantine-color-error)">
            {problemOf(attach.error).title}. {problemOf(attach.error).detail}
          </Text>
        )}
      </form>
    </Card>
  );
}
