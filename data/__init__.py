"""Where figures come from and how they become a panel."""
