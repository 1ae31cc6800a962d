"""kstatus and Argo CD beside our own verdict, kind by kind."""
