-- Updates that were given up, for the admins; few, and looked for at every /suckhoe.
CREATE INDEX inbox_given_up ON inbox (received_at) WHERE state = 'failed';
