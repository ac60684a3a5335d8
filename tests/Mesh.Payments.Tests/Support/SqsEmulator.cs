using System.Diagnostics;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Mesh.Aws;
using Mesh.Payments.Messaging;

namespace Mesh.Payments.Tests.Support;

/// <summary>SQS as the npm package fauxqs has it, one process for the whole test run; each test has queues of its own.</summary>
internal sealed class SqsEmulator
{
    private const string Region = "eu-west-1";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly SemaphoreSlim Gate = new(1);
    private static SqsEmulator? shared;
    private static int queues;

    private readonly Uri address;

    private SqsEmulator(Uri address)
    {
        this.address = address;
        Client = new AmazonSQSClient(new BasicAWSCredentials("AKIDTEST", "secret"),
            new AmazonSQSConfig { ServiceURL = address.AbsoluteUri, AuthenticationRegion = Region });
    }

    public AmazonSQSClient Client { get; }

    /// <summary>An environment that leads to it.</summary>
    public AwsEnvironment Environment => new(name => name switch
    {
        "AWS_ACCESS_KEY_ID" => "AKIDTEST",
        "AWS_SECRET_ACCESS_KEY" => "secret",
        "AWS_REGION" => Region,
        "AWS_ENDPOINT_URL_SQS" => address.AbsoluteUri,
        _ => null,
    });

    /// <summary>Skips the test where it is not installed.</summary>
    public static async Task<SqsEmulator> SharedAsync()
    {
        var folder = Repository.File("tests", "emulators");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "fauxqs")), "npm ci was not run in tests/emulators");
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return shared ??= new SqsEmulator(await StartAsync(folder));
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <returns>The URL of a new queue, with a dead-letter queue.</returns>
    public async Task<Uri> NewQueueAsync(int maxReceiveCount = 100)
    {
        var name = $"queue-{Interlocked.Increment(ref queues)}";
        await Client.CreateQueueAsync($"{name}-dead", TestContext.Current.CancellationToken);
        var created = await Client.CreateQueueAsync(
            new CreateQueueRequest(name)
            {
                Attributes = new Dictionary<string, string>
                {
                    ["RedrivePolicy"] =
                        $$"""{"deadLetterTargetArn":"arn:aws:sqs:{{Region}}:000000000000:{{name}}-dead","maxReceiveCount":{{maxReceiveCount}}}""",
                },
            },
            TestContext.Current.CancellationToken);
        return new Uri(created.QueueUrl);
    }

    public static Uri DeadLetterQueueOf(Uri queue) => new(queue.AbsoluteUri + "-dead");

    /// <summary>As EventBridge does it: without attributes.</summary>
    public Task SendAsync(Uri queue, string body) => Client.SendMessageAsync(queue.AbsoluteUri, body, TestContext.Current.CancellationToken);

    /// <summary>Messages that wait, and those that are hidden.</summary>
    public async Task<int> CountAsync(Uri queue)
    {
        var request = new GetQueueAttributesRequest(queue.AbsoluteUri, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
        var attributes = await Client.GetQueueAttributesAsync(request, TestContext.Current.CancellationToken);
        return attributes.ApproximateNumberOfMessages + attributes.ApproximateNumberOfMessagesNotVisible;
    }

    public static QueueAddress AddressOf(Uri queue) => QueueAddress.Parse($"sqs:{queue}");

    private static async Task<Uri> StartAsync(string folder)
    {
        var start = new ProcessStartInfo("node", ["sqs.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        // It ends with this process, whose end of its standard input is closed then.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline);
        Assert.SkipWhen(line is null, "the SQS emulator does not start; it needs node 20 or newer");
        return new Uri(line!);
    }
}
