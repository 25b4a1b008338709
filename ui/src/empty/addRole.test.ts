import { describe, expect, it } from 'vitest';
import { accountFault, externalIdFault, missing, parseRole, roleFault } from './addRole';

describe('role field', () => {
  it('takes a name, with a path or without', () => {
    expect(parseRole(' ReadOnly ')).toEqual({ account: null, partition: null, name: 'ReadOnly' });
    expect(parseRole('/team/ReadOnly').name).toBe('team/ReadOnly');
  });

  it('takes an ARN of any partition, which says its account', () => {
    expect(parseRole('arn:aws-cn:iam::183438944504:role/a/b')).toEqual({ account: '183438944504', partition: 'aws-cn', name: 'a/b' });
  });

  it('refuses what no role is called', () => {
    expect(roleFault('Read Only')).not.toBeNull();
    expect(roleFault('a\nb')).not.toBeNull();
    expect(roleFault('x]')).not.toBeNull();
    expect(roleFault('arn:aws:iam::183438944504:user/troy')).not.toBeNull();
    expect(roleFault('x'.repeat(65))).not.toBeNull();
    expect(roleFault('Ok+=,.@-_1')).toBeNull();
  });
});

it('says how many digits an account ID lacks, and takes the console’s dashes', () => {
  expect(accountFault('18343894450')).toContain('One digit short');
  expect(accountFault('1834389445041')).toContain('too many');
  expect(accountFault('1834-3894-4504')).toBeNull();
  expect(accountFault('18343894450x')).not.toBeNull();
});

it('checks external IDs as STS does', () => {
  expect(externalIdFault('a')).not.toBeNull();
  expect(externalIdFault('stuzio-acme-2026')).toBeNull();
  expect(externalIdFault('with space')).not.toBeNull();
});

it('says the first thing that is missing', () => {
  const fields = { account: '183438944504', role: 'R', externalId: '', identity: 'troy' };
  expect(missing(fields)).toBeNull();
  expect(missing({ ...fields, role: '' })).toBe('Role is missing');
  expect(missing({ ...fields, account: '1' })).toBe('Account is not valid');
  expect(missing({ ...fields, identity: null })).toBe('No identity yet');
  expect(missing({ ...fields, account: '', role: 'arn:aws:iam::183438944504:role/R' })).toBeNull();
});
