"""Nothing lost, nothing twice: processes killed, broker and database gone and back."""
