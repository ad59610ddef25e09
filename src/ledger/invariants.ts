/** The invariants of the design as statements that find whoever breaks them. Plain SQL for SQLite, MySQL and MariaDB. */
import { firstStates, letterStates, moves } from '../letters/letter-states.ts';

export interface Invariant {
  says: string;
  /** Gives one row `id` per violation. */
  broken: string;
}

const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** `(from_state = 'a' and to_state in (…)) or …`: the state table as a condition. */
const allowed = letterStates
  .filter((state) => moves[state].length > 0)
  .map((state) => `(from_state = '${state}' and to_state in (${quoted(moves[state])}))`)
  .join(' or ');

/**
 * In order of the design. Where a place is looked up, `coalesce` keeps the engine from going through a whole petition
 * for each of its names: MariaDB chose that index, and 200,000 names took it most of an hour.
 */
export const invariants: readonly Invariant[] = [
  {
    says: '1. every signature has one letter for each target of the version it was given to',
    broken: `select s.id as id from signature s
      where (select count(*) from letter l where l.signature_id = s.id)
         <> (select count(distinct t.target) from letter_text t where t.campaign = s.campaign and t.version = s.campaign_version)`,
  },
  {
    says: '1. every letter belongs to a signature',
    broken: `select l.id as id from letter l left join signature s on s.id = l.signature_id where s.id is null`,
  },
  {
    says: '1. every signature came by exactly one event, and every event leads to a signature',
    broken: `select s.id as id from signature s where (select count(*) from intake_event e where e.signature_id = s.id and e.is_repeat = 0 and e.id = s.id) <> 1
      union all select e.id as id from intake_event e left join signature s on s.id = e.signature_id where s.id is null`,
  },
  {
    says: '1. every letter is in a state of the table',
    broken: `select id from letter where state not in (${quoted(letterStates)})`,
  },
  {
    says: '1. a letter is held or withdrawn as long as its signer has not confirmed the address, and no other is held',
    broken: `select l.id as id from letter l join signature s on s.id = l.signature_id
      where (s.person_key >= 'held:' and s.person_key < 'held;' and l.state not in ('held', 'withdrawn'))
         or (l.state = 'held' and not (s.person_key >= 'held:' and s.person_key < 'held;'))`,
  },
  {
    says: "1. a letter's history has no gap and leads to its state",
    broken: `select l.id as id from letter l
      left join (select letter_id, count(*) as n, max(seq) as last from letter_history group by letter_id) h on h.letter_id = l.id
      left join letter_history e on e.letter_id = l.id and e.seq = l.moves
      where h.n is null or h.n <> l.moves or h.last <> l.moves or e.to_state <> l.state or e.at <> l.state_since`,
  },
  {
    says: '1. every move in a history starts where the last one ended and stands in the state table',
    broken: `select letter_id as id from (
        select letter_id, seq, from_state, to_state, lag(to_state) over (partition by letter_id order by seq) as before_state from letter_history
      ) as steps
      where (seq = 1 and (from_state is not null or to_state not in (${quoted(firstStates)})))
         or (seq > 1 and (from_state is null or from_state <> before_state or not (${allowed})))`,
  },
  {
    says: '2. a letter is on at most one petition that is not void or being voided',
    broken: `select p.letter_id as id from petition_place p join petition on petition.id = p.petition_id and petition.state not in ('voiding', 'void') group by p.letter_id having count(*) > 1`,
  },
  {
    says: '2. a petitioned letter is on exactly one petition that is sealed or on the way there or back, a handed-in one on one that is handed in or on the way there, all others on none',
    broken: `select l.id as id from letter l
      left join petition on petition.id = l.petition_id
      left join petition_place p on p.letter_id = l.id and coalesce(p.petition_id, '') = l.petition_id
      where (l.state = 'petitioned' and (petition.state is null or petition.state not in ('sealing', 'sealed', 'handing_in', 'voiding') or p.letter_id is null))
         or (l.state = 'handed_in' and (petition.state is null or petition.state not in ('handing_in', 'handed_in') or p.letter_id is null))
         or (l.state not in ('petitioned', 'handed_in') and l.petition_id is not null)`,
  },
  {
    says: '2. a petition holds as many names as it says, numbered without gaps',
    broken: `select petition.id as id from petition
      left join (select petition_id, count(*) as n, min(number) as first, max(number) as last from petition_place group by petition_id) p on p.petition_id = petition.id
      where p.n is null or p.n <> petition.names or p.first <> 1 or p.last <> petition.names`,
  },
  {
    says: '2. every name on a petition that is not void or being voided is that of a letter that says so, to its target',
    broken: `select p.letter_id as id from petition_place p
      join petition on petition.id = p.petition_id and petition.state in ('sealing', 'sealed', 'handing_in', 'handed_in')
      left join letter l on l.id = p.letter_id and l.petition_id = p.petition_id and l.target = petition.target
      where l.id is null`,
  },
  {
    says: '2. the names of a petition stand in the order of signing, campaign by campaign',
    broken: `select petition_id as id from (
        select p.petition_id, l.campaign, l.created_at, l.id,
          lag(l.campaign) over names as last_campaign, lag(l.created_at) over names as last_at, lag(l.id) over names as last_id
        from petition_place p join letter l on l.id = p.letter_id window names as (partition by p.petition_id order by p.number)
      ) as steps
      where last_campaign = campaign and (last_at > created_at or (last_at = created_at and last_id > id))
      union all select petition_id as id from (
        select petition_id, campaign, count(*) as n, max(number) - min(number) + 1 as width from (
          select p.petition_id, p.number, l.campaign from petition_place p join letter l on l.id = p.letter_id
        ) as places group by petition_id, campaign
      ) as runs where n <> width`,
  },
  {
    says: '2. no withheld name is on a sealed petition',
    broken: `select w.letter_id as id from withheld w join letter l on l.id = w.letter_id where l.state in ('petitioned', 'handed_in')`,
  },
  {
    says: '3. an accepted or delivered letter has an attempt that a server answered with 2xx, or a report that proves it was taken',
    broken: `select l.id as id from letter l where l.state in ('accepted', 'delivered')
      and not exists (select 1 from attempt a where a.letter_id = l.id and a.verdict = 'accepted' and a.code between 200 and 299)
      and not exists (select 1 from outcome o where o.letter_id = l.id and o.class in ('delivered', 'delayed', 'auto-reply', 'human-answer', 'complaint'))`,
  },
  {
    says: '4. no attempt counts as accepted without a 2xx',
    broken: `select id from attempt where verdict = 'accepted' and (code is null or code not between 200 and 299)`,
  },
  {
    says: '4. a letter was accepted more than once only after a doubt or a return',
    broken: `select a.letter_id as id from attempt a where a.verdict = 'accepted' group by a.letter_id
      having count(*) > 1 + (select count(*) from letter_history h where h.letter_id = a.letter_id and h.to_state in ('in_doubt', 'returned'))`,
  },
  {
    says: '4. every copy of a letter to one mailbox under one sender identity that may have arrived has the same bytes',
    broken: `select letter_id as id from attempt where verdict in ('accepted', 'in_doubt') or verdict is null group by letter_id, identity, mailbox having count(distinct message_digest) > 1`,
  },
  {
    says: '4. a letter being sent has its intent on disk',
    broken: `select l.id as id from letter l where l.state = 'sending'
      and not exists (select 1 from attempt a where a.letter_id = l.id and a.number = l.attempts and a.fence = l.fence)`,
  },
];
