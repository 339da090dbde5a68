--- The version of this module.
return "0.1.0"
