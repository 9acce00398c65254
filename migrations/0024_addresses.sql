-- The platform id that the message's chat had when it was sent, where the chat has got another since: a group that became a
-- supergroup counts its messages anew, and the same number means another one there. Empty: the chat has its id still.
ALTER TABLE messages ADD COLUMN chat_external TEXT;
-- The topic of a forum in which the group's code was typed: what goes to the group is written there.
ALTER TABLE chats ADD COLUMN topic TEXT;
