import { useQuery } from '@tanstack/react-query';
import { listColleaguesOptions, listUsersOptions } from '../client/@tanstack/react-query.gen';

/** Colleagues with a telephone, to choose from. */
export function useColleagues() {
  const { data: colleagues = [] } = useQuery(listColleaguesOptions());
  return colleagues.map(({ user, name }) => ({ value: `${user}`, label: name }));
}

/** Everybody who works here, and whoever has it already. */
export function useUsers(...already: (number | null | undefined)[]) {
  const { data: users = [] } = useQuery(listUsersOptions());
  return users
    .filter(({ user, is_active }) => is_active || already.includes(user))
    .map(({ user, name, is_active }) => ({
      value: `${user}`,
      label: is_active ? name : `${name}, who left`,
    }));
}
