-- Holds no text of its own: passages come from search_texts, so that what is stored once is stored once.
CREATE VIRTUAL TABLE search_index USING fts5(
  name, words, title, heading, attributes, body,
  content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
