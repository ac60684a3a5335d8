using Mesh.Bench.Model;

return args switch
{
    ["model", .. var options] => ModelBench.Run(options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: mesh-bench model [--quick] [--json FILE]");
    return 64;
}
