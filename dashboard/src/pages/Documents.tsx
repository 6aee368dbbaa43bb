import { Button, Card, FileInput, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, anew } from '../api';
import {
  attachDocumentMutation,
  listDocumentsOptions,
  listTenantsOptions,
  removeDocumentMutation,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Empty, Failed, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

/** Papers of tenancies. Sarah hands them to the number on file, after a code that went there was read back. */
export function Documents() {
  const papers = useQuery(listDocumentsOptions());
  const { data: me } = useQuery(whoAmIOptions());
  const works = me?.permissions.includes('work') ?? false;
  const remove = useMutation({ ...removeDocumentMutation(), ...anew });
  return (
    <Stack>
      <Title order={1} size="h2">
        Documents
      </Title>
      {works && <Attach />}
      <Waiting query={papers} />
      {remove.error && <Failed error={remove.error} />}
      {papers.data?.length === 0 && (
        <Empty title="No papers yet">
          A tenant who asks for their agreement gets it from here, on the number on file and after a code.
        </Empty>
      )}
      {papers.data && papers.data.length > 0 && (
        <Table className="list">
          <Table.Thead>
            <Table.Tr>
              {['Name', 'Tenant', 'Kind', 'Attached'].map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
              {works && (
                <Table.Th>
                  <span className="hidden">Actions</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {papers.data.map((paper) => (
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
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={`Remove: ${paper.name}, ${paper.tenant_name}`}
                      onClick={() => {
                        const sure = `Remove “${paper.name}” of ${paper.tenant_name}? The file is deleted.`;
                        if (window.confirm(sure)) remove.mutate({ path: { id: paper.id } });
                      }}
                    >
                      Remove
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
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
