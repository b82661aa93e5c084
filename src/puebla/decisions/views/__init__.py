"""What people see of decisions and do with them."""
