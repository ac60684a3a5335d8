using Mesh.FakeKube;

await using var server = await FakeKubeServer.StartAsync();
Console.WriteLine(server.Kubeconfig());
await Task.Delay(Timeout.Infinite);
