import { useQuery } from '@tanstack/react-query';
import { listColleaguesOptions } from '../client/@tanstack/react-query.gen';

/** Colleagues with a telephone, to choose from. */
export function useColleagues() {
  const { data: colleagues = [] } = useQuery(listColleaguesOptions());
  return colleagues.map(({ user, name }) => ({ value: `${user}`, label: name }));
}
