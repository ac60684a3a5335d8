using Mesh.Payments.V1;

namespace Mesh.Payments.Faults.Load;

/// <summary>One client's stream of payments: charges, captures in part, cancellations and refunds, on cards good and bad.</summary>
/// <param name="random">Decides what is bought; its own for each shopper.</param>
public sealed class Shopper(PaymentClient client, Random random)
{
    private static readonly string[] Merchants = ["acme", "bolt", "corner"];
    private static readonly string[] Currencies = ["EUR", "EUR", "EUR", "USD", "JPY", "KWD"];

    /// <summary>Buys until told to stop, and finishes what it began.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        while (!stop.IsCancellationRequested) await BuyAsync(cancellationToken);
    }

    private async Task BuyAsync(CancellationToken cancellationToken)
    {
        var amount = new Money { CurrencyCode = Pick(Currencies), MinorUnits = random.Next(2, 100_000) };
        var plan = random.Next(100);
        var isManual = plan < 40;
        var payment = await client.CreateAsync(
            Pick(Merchants), amount, isManual ? CaptureMethod.Manual : CaptureMethod.Automatic, Card(), cancellationToken);
        if (payment is null) return;
        switch (plan)
        {
            case < 10:
                await client.CancelAsync(payment, cancellationToken);
                break;
            case < 20:
                await client.CaptureAsync(payment, null, cancellationToken);
                break;
            case < 30:
                await client.CaptureAsync(payment, Part(amount), cancellationToken);
                break;
            case < 35:
                if (await client.CaptureAsync(payment, null, cancellationToken) is { } captured)
                    await client.RefundAsync(captured, null, cancellationToken);
                break;
            case >= 90:
                if (await client.RefundAsync(payment, Part(amount), cancellationToken) is { } refunded)
                    await client.RefundAsync(refunded, null, cancellationToken);
                break;
            case >= 85:
                await client.RefundAsync(payment, Part(amount), cancellationToken);
                break;
        }
    }

    private string Card() => random.Next(100) switch
    {
        < 4 => "pm_card_declined",
        < 6 => "pm_card_insufficient_funds",
        < 10 => "pm_card_flaky",
        < 11 => "pm_card_timeout",
        < 12 => "pm_card_late",
        < 14 => "pm_card_unavailable",
        < 50 => "pm_card_mastercard",
        _ => "pm_card_visa",
    };

    private Money Part(Money all) => new() { CurrencyCode = all.CurrencyCode, MinorUnits = random.NextInt64(1, all.MinorUnits) };

    private string Pick(string[] words) => words[random.Next(words.Length)];
}
