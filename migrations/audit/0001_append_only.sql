CREATE TRIGGER `audit_lines_no_update` BEFORE UPDATE ON `audit_lines`
BEGIN
  SELECT RAISE(ABORT, 'An audit line cannot be changed');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_lines_no_replace` BEFORE INSERT ON `audit_lines`
WHEN EXISTS (SELECT 1 FROM `audit_lines` WHERE `id` = NEW.`id`)
BEGIN
  SELECT RAISE(ABORT, 'An audit line cannot be replaced');
END;
--> statement-breakpoint
-- Retention puts a row into audit_retention, deletes what is older than its keep_from, and takes the row away again,
-- all in one transaction. Without the row nothing can be deleted.
CREATE TRIGGER `audit_lines_no_delete` BEFORE DELETE ON `audit_lines`
WHEN NOT EXISTS (SELECT 1 FROM `audit_retention` WHERE OLD.`at` < `keep_from`)
BEGIN
  SELECT RAISE(ABORT, 'An audit line cannot be deleted');
END;
