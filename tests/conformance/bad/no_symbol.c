// A shared library that is no component.
int no_symbol_answer(void);
int no_symbol_answer(void)
{
    return 42;
}
