-- Each account's updates are processed by themselves: one that hangs holds up nobody else.
CREATE INDEX inbox_waiting_on ON inbox (gateway, urgent, received_at, id) WHERE state = 'waiting';
DROP INDEX inbox_waiting;
